/**
 * Secrets in a sealed file of the data folder. All values stand in one envelope under the master key; the keys that
 * `encrypt` uses are derived from it, so every process with the same master key opens what any of them sealed.
 */
import { join } from 'node:path';
import type { Clock, Random } from '#kernel';
import { openEnvelope, readKeyId, SealError, sealEnvelope } from '../crypto/port.ts';
import { type MasterKey, type MasterKeys, parseMasterKeys, readMasterKeyFile } from './master-key.ts';
import type { PutVerdict, Secrets, SecretScope } from './port.ts';
import { openSealedFile, own, type SealedFile } from './sealed-file.ts';
import { findNewest, prepareFolder } from './sealed-generations.ts';
import { assertPurpose, assertSecretName, assertTenant, contextOf } from './secret-names.ts';

export interface SealedFileOptions {
  dataDir: string;
  /** The value of `REEVE_MASTER_KEY`; `null` takes or makes a key file in the data folder. */
  masterKey: string | null;
  clock: Clock;
  random: Random;
}

const FOLDER = 'secrets';
const KEPT_VERSIONS = 10;
const KEY_DAYS = 30;
const PERIOD_MS = KEY_DAYS * 24 * 60 * 60_000;

/**
 * Opens the file, or makes one. Throws where no master key at hand opens it: a start with the wrong key must not go on
 * as if there were no secrets.
 */
export async function openSealedFileSecrets(options: SealedFileOptions): Promise<Secrets> {
  const folder = join(options.dataDir, FOLDER);
  await prepareFolder(folder, options.clock.now());
  const keys = findKeys(options, (await findNewest(folder)) === 0);
  return new SealedFileSecrets(await openSealedFile(folder, keys, options.random), keys, options);
}

function findKeys({ dataDir, masterKey, random }: SealedFileOptions, isNew: boolean): MasterKeys {
  if (masterKey !== null) return parseMasterKeys(masterKey);
  const keys = readMasterKeyFile(dataDir, random, isNew);
  if (keys !== null) return keys;
  throw new Error(
    `The secrets in ${dataDir} are sealed and their master.key is gone: put it back, or set REEVE_MASTER_KEY.`,
  );
}

class SealedFileSecrets implements Secrets {
  readonly engine = 'sealed-file';
  readonly #file: SealedFile;
  readonly #keys: MasterKeys;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(file: SealedFile, keys: MasterKeys, { clock, random }: SealedFileOptions) {
    this.#file = file;
    this.#keys = keys;
    this.#clock = clock;
    this.#random = random;
  }

  put(scope: SecretScope, name: string, value: Uint8Array, ifVersion?: number): Promise<PutVerdict> {
    assertSecretName(scope, name);
    const createdAt = new Date(this.#clock.now()).toISOString();
    return this.#file.change<PutVerdict>(scope, ({ secrets }) => {
      const versions = own(secrets, name) ?? [];
      const newest = versions.at(-1)?.version ?? 0;
      if (ifVersion !== undefined && ifVersion !== newest) return { result: { type: 'conflict' }, changed: false };
      const added = { version: newest + 1, value: Buffer.from(value).toString('base64'), createdAt };
      secrets[name] = [...versions, added].slice(-KEPT_VERSIONS);
      return { result: { type: 'stored', version: added.version }, changed: true };
    });
  }

  async get(scope: SecretScope, name: string, version?: number) {
    assertSecretName(scope, name);
    const versions = own((await this.#file.read(scope)).secrets, name) ?? [];
    const found = version === undefined ? versions.at(-1) : versions.find((known) => known.version === version);
    return found === undefined ? null : { ...found, value: Buffer.from(found.value, 'base64') };
  }

  async list(scope: SecretScope): Promise<string[]> {
    assertTenant(scope);
    return Object.keys((await this.#file.read(scope)).secrets).toSorted();
  }

  delete(scope: SecretScope, name: string): Promise<boolean> {
    assertSecretName(scope, name);
    return this.#file.change(scope, ({ secrets }) => {
      const known = Object.hasOwn(secrets, name);
      delete secrets[name];
      return { result: known, changed: known };
    });
  }

  async encrypt(scope: SecretScope, purpose: string, plain: Uint8Array): Promise<Buffer> {
    assertPurpose(scope, purpose);
    const [master] = this.#keys;
    const turn = own((await this.#file.read(scope)).rotations, purpose) ?? 0;
    const period = Math.floor(this.#clock.now() / PERIOD_MS);
    const id = `${master.id}.${period}.${turn}`;
    const key = { id, bytes: deriveDataKey(master, scope, purpose, id) };
    return sealEnvelope(key, plain, contextOf(scope, purpose), this.#random);
  }

  async decrypt(scope: SecretScope, purpose: string, sealed: Uint8Array): Promise<Buffer> {
    assertPurpose(scope, purpose);
    const id = readKeyId(sealed);
    const master = this.#keys.find((known) => id.startsWith(`${known.id}.`));
    if (master === undefined) throw new SealError('key', 'the bytes were sealed under a master key that is not here');
    return openEnvelope(deriveDataKey(master, scope, purpose, id), sealed, contextOf(scope, purpose));
  }

  rotate(scope: SecretScope, purpose: string): Promise<void> {
    assertPurpose(scope, purpose);
    return this.#file.change(scope, ({ rotations }) => {
      rotations[purpose] = (own(rotations, purpose) ?? 0) + 1;
      return { result: undefined, changed: true };
    });
  }

  async rewrap(scope: SecretScope, purpose: string, sealed: Uint8Array): Promise<Buffer> {
    return this.encrypt(scope, purpose, await this.decrypt(scope, purpose, sealed));
  }

  check(): Promise<string | null> {
    return this.#file.check();
  }

  close(): Promise<void> {
    return this.#file.settled();
  }
}

/** The id says period and turn, so nobody has to remember old keys. */
function deriveDataKey(master: MasterKey, { tenantId }: SecretScope, purpose: string, id: string): Buffer {
  return master.derive('data', tenantId, purpose, id);
}
