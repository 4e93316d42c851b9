/** Opens a session for whoever knows a member's password or holds a link that was not used yet. */
import { hash } from 'node:crypto';
import { AppError } from '#kernel';
import type { Tx } from '#platform/database/port.ts';
import { openSession, type OpenedSession } from './console-session.ts';
import type { IdentityParts } from './identity-parts.ts';
import { normaliseLogin } from './login-name.ts';
import { findPassword, lockMember, updateMember } from './member-store.ts';
import { hashToken } from './secret-token.ts';
import { deleteAttempts, lockAttempts, storeAttempts, takeLink } from './session-store.ts';

/**
 * Signs in by password. Unknown names, members without a password, suspended ones and wrong passwords all get the same
 * `AppError('sign_in_failed')` after the same time, and after some in a row `sign_in_locked`, whether anybody has that
 * name or not. `formerToken` is the session that the browser held.
 */
export async function signInByPassword(
  parts: IdentityParts,
  { login: given, password }: { login: string; password: string },
  formerToken: string | null,
): Promise<OpenedSession> {
  const { database, passwords } = parts;
  const login = normaliseLogin(given);
  const loginHash = hashLogin(login);
  const stored = await passwords.admit(async ({ verify }) => {
    const found = await database.asRole('operator', async (tx) => {
      await countAttempt(tx, loginHash, parts.clock.now());
      return findPassword(tx, login);
    });
    const isRight = await verify(password, found?.hash ?? null);
    if (!isRight || found === null) throw new AppError('sign_in_failed');
    return found;
  });
  return database.asRole('operator', async (tx) => {
    const member = await lockMember(tx, stored.member.id);
    if (member?.status !== 'active') throw new AppError('sign_in_failed');
    await deleteAttempts(tx, loginHash);
    return openSession(tx, parts, member, { method: 'password', formerToken });
  });
}

/** Signs in by a one-time link, which opens nothing afterwards. Throws `AppError('sign_in_link_invalid')`. */
export async function signInByLink(
  parts: IdentityParts,
  token: string,
  formerToken: string | null,
): Promise<OpenedSession> {
  const { database, clock } = parts;
  return database.asRole('operator', async (tx) => {
    const memberId = await takeLink(tx, hashToken(token), clock.now());
    const member = memberId === null ? null : await lockMember(tx, memberId);
    if (member === null || member.status === 'suspended') throw new AppError('sign_in_link_invalid');
    const active = member.status === 'active' ? member : await updateMember(tx, member.id, { status: 'active' });
    return openSession(tx, parts, active, { method: 'link', formerToken });
  });
}

/** So many wrong passwords cost nothing but their time. */
const FREE_ATTEMPTS = 5;
const LOCK_MS_MIN = 30_000;
const LOCK_MS_MAX = 15 * 60_000;
/** After so long a name starts afresh; `identity-jobs.ts` removes it then. */
export const QUIET_MS = 24 * 3_600_000;

/**
 * Counts an attempt before anybody looks at the password, so that many at once are not all the first; a right password
 * takes the count back. So only somebody whose password will be looked at may count: see `PasswordHasher.admit`. Throws
 * `AppError('sign_in_locked')`. In the caller's transaction.
 */
export async function countAttempt(tx: Tx, loginHash: string, nowMs: number): Promise<void> {
  const known = await lockAttempts(tx, loginHash, nowMs);
  const { lockedUntilMs } = known;
  if (lockedUntilMs !== null && nowMs < lockedUntilMs) {
    throw new AppError('sign_in_locked', { retryAfterSeconds: Math.ceil((lockedUntilMs - nowMs) / 1000) });
  }
  const failures = (nowMs - known.lastAtMs >= QUIET_MS ? 0 : known.failures) + 1;
  const over = failures - FREE_ATTEMPTS;
  const untilMs = over < 0 ? null : nowMs + Math.min(LOCK_MS_MAX, LOCK_MS_MIN * 2 ** over);
  await storeAttempts(tx, loginHash, { failures, lockedUntilMs: untilMs, lastAtMs: nowMs });
}

export function hashLogin(login: string): string {
  return hash('sha256', login);
}
