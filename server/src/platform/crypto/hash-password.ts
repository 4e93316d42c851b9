/** Passwords as they may be stored: argon2id (RFC 9106) in the PHC text form, with the parameters inside. */
import { argon2 } from 'node:crypto';
import type { Random } from '#kernel';
import { equalInConstantTime } from './derive-key.ts';

interface Cost {
  /** KiB. */
  memory: number;
  passes: number;
  parallelism: number;
}

/** OWASP's first choice for sign-in: 19 MiB and two passes. */
const COST: Cost = { memory: 19_456, passes: 2, parallelism: 1 };
/** What a stored hash may ask of us at most: whoever can write one must not be able to exhaust the memory. */
const COST_MAX: Cost = { memory: 1_048_576, passes: 16, parallelism: 16 };
const SALT_BYTES = 16;
const TAG_BYTES = 32;

/** `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`. Runs beside the event loop. */
export async function hashPassword(password: string, random: Random): Promise<string> {
  const salt = Buffer.alloc(SALT_BYTES);
  random.fill(salt);
  const tag = await digest(password, salt, COST, TAG_BYTES);
  return `${formatCost(COST)}${toBase64(salt)}$${toBase64(tag)}`;
}

/** Whether the password is the one that was hashed. A text of another form is never matched. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const parsed = parse(stored);
  if (parsed === null) return false;
  return equalInConstantTime(await digest(password, parsed.salt, parsed.cost, parsed.tag.length), parsed.tag);
}

/** Whether a hash was made at another cost than today's; the next right password is the moment to make it anew. */
export function needsRehash(stored: string): boolean {
  return !stored.startsWith(formatCost(COST));
}

const PHC = /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,4}),p=(\d{1,4})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;

function parse(stored: string): { cost: Cost; salt: Buffer; tag: Buffer } | null {
  const [, memory, passes, parallelism, salt, tag] = PHC.exec(stored) ?? [];
  if (salt === undefined || tag === undefined) return null;
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  if (cost.memory > COST_MAX.memory || cost.passes > COST_MAX.passes) return null;
  if (cost.parallelism > COST_MAX.parallelism || cost.memory < 8 * cost.parallelism || cost.passes < 1) return null;
  return { cost, salt: Buffer.from(salt, 'base64'), tag: Buffer.from(tag, 'base64') };
}

function digest(password: string, salt: Buffer, cost: Cost, tagLength: number): Promise<Buffer> {
  // The same password typed on two machines may come composed or decomposed.
  const message = Buffer.from(password.normalize('NFC'));
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message, nonce: salt, tagLength, ...cost }, (error, tag) => {
      if (error === null) resolve(tag);
      else reject(error);
    });
  });
}

function formatCost({ memory, passes, parallelism }: Cost): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$`;
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '');
}
