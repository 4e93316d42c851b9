/** Passwords for sign-in, as `platform/crypto` hashes them, and never more of that work at once than the server can spare. */
import { AppError, type Random } from '#kernel';
import { hashPassword, verifyPassword } from '#platform/crypto/port.ts';

export interface PasswordHasher {
  /**
   * Keeps a place for `work`, so that nothing of it is refused once it has begun: who is turned away was counted nowhere.
   * Throws `AppError('overloaded')` where all places are taken.
   */
  admit<T>(work: (passwords: Passwords) => Promise<T>): Promise<T>;
}

export interface Passwords {
  /** The password as it is stored. */
  hash(password: string): Promise<string>;
  /** Whether the password is the one behind `stored`; with `null` false, after as long as any other takes. */
  verify(password: string, stored: string | null): Promise<boolean>;
}

/** Half of the threads that files, names and the journal's syncs need too. */
const RUNNING_MAX = 2;
const ADMITTED_MAX = RUNNING_MAX + 32;
/** At the cost of every other hash, and of no password that anybody could find. */
export const NOBODY = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

export function createPasswordHasher(random: Random): PasswordHasher {
  const takeTurn = createTurns();
  const passwords: Passwords = {
    hash: (password) => takeTurn(() => hashPassword(toOneForm(password), random)),
    async verify(password, stored) {
      const matches = await takeTurn(() => verifyPassword(toOneForm(password), stored ?? NOBODY));
      return matches && stored !== null;
    },
  };
  let admitted = 0;
  return {
    async admit(work) {
      if (admitted >= ADMITTED_MAX) throw new AppError('overloaded', { retryAfterSeconds: 2 });
      admitted += 1;
      try {
        return await work(passwords);
      } finally {
        admitted -= 1;
      }
    },
  };
}

/** The same text typed on another keyboard may come in other code points: NFKC makes them one (NIST 800-63B). */
const toOneForm = (password: string): string => password.normalize('NFKC');

/** Lets two run and holds the others back in the order in which they came. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running < RUNNING_MAX) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
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
