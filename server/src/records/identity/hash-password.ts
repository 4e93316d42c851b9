/** Passwords as Argon2id with what OWASP recommends, and never more of that work at once than the server can spare. */
import { argon2, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { AppError, type Random } from '#kernel';

export interface PasswordHasher {
  /** The password in the PHC string format. Throws `AppError('overloaded')` where too many wait. */
  hash(password: string): Promise<string>;
  /** Whether the password is the one behind `stored`; with `null` false, after as long as any other takes. */
  verify(password: string, stored: string | null): Promise<boolean>;
}

/** 19 MiB, two passes, one lane: OWASP's second choice, and the one that asks for the least memory. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** Half of the threads that files, names and the journal's syncs need too. */
const RUNNING_MAX = 2;
const WAITING_MAX = 32;

export function createPasswordHasher(random: Random): PasswordHasher {
  const run = createGate();
  const nobody = encode(new Uint8Array(SALT_BYTES), new Uint8Array(HASH_BYTES));
  return {
    async hash(password) {
      const salt = new Uint8Array(SALT_BYTES);
      random.fill(salt);
      return encode(salt, await run(() => derive(password, salt)));
    },
    async verify(password, stored) {
      const { salt, hash } = decode(stored ?? nobody);
      const derived = await run(() => derive(password, salt));
      return timingSafeEqual(derived, hash) && stored !== null;
    },
  };
}

/** Lets two run, holds some back in the order in which they came, and refuses the rest. */
function createGate(): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running < RUNNING_MAX) running += 1;
    else if (waiting.length < WAITING_MAX) await new Promise<void>((resolve) => waiting.push(resolve));
    else throw new AppError('overloaded', { retryAfterSeconds: 2 });
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The next one takes this place over.
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** The same text typed on another keyboard may come in other code points: NFKC makes them one (NIST 800-63B). */
function derive(password: string, nonce: Uint8Array): Promise<Buffer> {
  const parameters: Argon2Parameters = { ...COST, message: password.normalize('NFKC'), nonce, tagLength: HASH_BYTES };
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, derived) => (error === null ? resolve(derived) : reject(error)));
  });
}

function encode(salt: Uint8Array, hash: Uint8Array): string {
  return `${PREFIX}${toBase64(salt)}$${toBase64(hash)}`;
}

const PREFIX = `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$`;

function decode(stored: string): { salt: Buffer; hash: Buffer } {
  const [salt = '', hash = ''] = stored.startsWith(PREFIX) ? stored.slice(PREFIX.length).split('$') : [];
  const decoded = { salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
  if (decoded.salt.length === SALT_BYTES && decoded.hash.length === HASH_BYTES) return decoded;
  throw new AppError('internal_error', { detail: 'a stored password is not in the form that this version writes' });
}

/** The PHC format leaves the padding out. */
function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
