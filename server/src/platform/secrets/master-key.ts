/** The key above all keys of the sealed file: given by the operator, or made at the first start and kept beside the data. */
import { hash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { assert, hasCode, type Random } from '#kernel';
import { deriveKey } from '../crypto/port.ts';

export interface MasterKey {
  /** 16 hex characters of a hash: names the key and tells nothing of it. */
  id: string;
  /** A key of its own for each list of parts. */
  derive(...parts: string[]): Buffer;
}

/** The first seals; every one of them opens. */
export type MasterKeys = readonly [MasterKey, ...MasterKey[]];

const KEY_BYTES = 32;
const NONCE_BYTES = 8;
const FILE = 'master.key';
const SALT = 'reeve/secrets/1';

/**
 * Reads `REEVE_MASTER_KEY`: 32 bytes as 64 hex digits or as base64. Several, separated by commas, are for a change of
 * keys: the newest stands first.
 * @throws TypeError that names the variable, on anything else.
 */
export function parseMasterKeys(text: string): MasterKeys {
  const [first, ...others] = text.split(',').map((part) => toMasterKey(decode(part.trim())));
  assert(first !== undefined, 'splitting gives at least one part');
  return [first, ...others];
}

/** The key that lies in `folder`, made there (readable by its owner alone) where `mayMake`; `null` where it is missing. */
export function readMasterKeyFile(folder: string, random: Random, mayMake: boolean): MasterKeys | null {
  const path = join(folder, FILE);
  if (!existsSync(path)) {
    if (!mayMake) return null;
    makeKeyFile(path, folder, random);
  }
  return parseMasterKeys(readFileSync(path, 'utf8'));
}

/** Appears whole or not at all; of several processes that start at once the first one's stays. */
function makeKeyFile(path: string, folder: string, random: Random): void {
  const bytes = Buffer.alloc(KEY_BYTES + NONCE_BYTES);
  random.fill(bytes);
  const draft = `${path}.${bytes.toString('hex', KEY_BYTES)}`;
  const file = openSync(draft, 'wx', 0o600);
  writeSync(file, `${bytes.toString('base64', 0, KEY_BYTES)}\n`);
  fsyncSync(file);
  closeSync(file);
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  unlinkSync(draft);
  const place = openSync(folder, 'r');
  fsyncSync(place);
  closeSync(place);
}

function decode(text: string): Buffer {
  const bytes = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (bytes.length === KEY_BYTES && /^[0-9A-Za-z+/_-]{43}=?$|^[0-9a-fA-F]{64}$/.test(text)) return bytes;
  throw new TypeError(
    `REEVE_MASTER_KEY takes ${KEY_BYTES} random bytes as base64 or hex, e.g. from "openssl rand -base64 ${KEY_BYTES}".`,
  );
}

function toMasterKey(bytes: Buffer): MasterKey {
  const id = hash('sha256', Buffer.concat([Buffer.from(`${SALT}:id:`), bytes])).slice(0, 16);
  return { id, derive: (...parts) => deriveKey(bytes, SALT, parts) };
}
