/** What a member changes about their own session: where they work, their password, its end. */
import { AppError, type MemberId, type Scope, type TenantId } from '#kernel';
import { assertGoodPassword } from './check-password.ts';
import { ensureConsoleKey } from './console-key.ts';
import { mayWorkIn } from './console-session.ts';
import { notAMember, unknownTenant } from './identity-errors.ts';
import type { IdentityParts } from './identity-parts.ts';
import { findPassword, lockMember, storePassword } from './member-store.ts';
import { hashToken } from './secret-token.ts';
import {
  deleteAttempts,
  deleteLinksOf,
  deleteSession,
  deleteSessionsOf,
  findSessions,
  moveSession,
} from './session-store.ts';
import { countAttempt, hashLogin } from './sign-in.ts';
import { hasTenant } from './tenant-store.ts';

/** Ends the session, whether it holds or not. */
export function signOut({ database }: IdentityParts, token: string): Promise<void> {
  return database.asRole('operator', (tx) => deleteSession(tx, hashToken(token)));
}

/** Lets the member's session work in another tenant. Throws `AppError('not_found')` for one that is not theirs to enter. */
export async function switchTenant(parts: IdentityParts, scope: Scope, tenantId: TenantId): Promise<Scope> {
  const { memberId, sessionId } = asMember(scope);
  return parts.database.asRole('operator', async (tx) => {
    const member = await lockMember(tx, memberId);
    if (member === null) throw new AppError('session_ended');
    if (!mayWorkIn(member, tenantId) || !(await hasTenant(tx, tenantId))) throw unknownTenant();
    const { id: keyId } = await ensureConsoleKey(tx, parts, memberId, tenantId);
    if (!(await moveSession(tx, sessionId, { tenantId, keyId }))) throw new AppError('session_ended');
    return { ...scope, tenantId, actor: { ...scope.actor, keyId } };
  });
}

/** Somebody who came by a link a moment ago need not know the password that they may have forgotten. */
const FRESH_LINK_MS = 15 * 60_000;

/**
 * Sets the member's password and signs them out everywhere else. Throws `AppError`: `invalid_request` for a poor one,
 * `sign_in_failed` and `sign_in_locked` where the current one is asked for and wrong.
 */
export async function changePassword(
  parts: IdentityParts,
  scope: Scope,
  { password, current }: { password: string; current: string | null },
): Promise<void> {
  const { database, clock, passwords } = parts;
  const { memberId, sessionId } = asMember(scope);
  const { login, hash } = await passwords.admit(async (admitted) => {
    const { member, stored, mustProve } = await beginChange(parts, { memberId, sessionId, password });
    if (mustProve && !(await admitted.verify(current ?? '', stored))) {
      throw new AppError('sign_in_failed', { message: 'The current password is wrong.', param: 'current_password' });
    }
    return { login: member.login, hash: await admitted.hash(password) };
  });
  await database.asRole('operator', async (tx) => {
    if ((await lockMember(tx, memberId)) === null) throw new AppError('session_ended');
    await storePassword(tx, memberId, hash, clock.now());
    await deleteAttempts(tx, hashLogin(login));
    await deleteLinksOf(tx, memberId);
    await deleteSessionsOf(tx, memberId, sessionId);
  });
}

/** What the member must prove, which is counted then; a poor new password is no guess at the old one. */
function beginChange(
  { database, clock }: IdentityParts,
  { memberId, sessionId, password }: { memberId: MemberId; sessionId: string; password: string },
) {
  return database.asRole('operator', async (tx) => {
    const member = await lockMember(tx, memberId);
    const [session] = await findSessions(tx, [sessionId]);
    if (member === null || session === undefined) throw new AppError('session_ended');
    assertGoodPassword(password, [member.login, member.name]);
    const known = await findPassword(tx, member.login);
    const cameByLink = session.method === 'link' && clock.now() - session.createdAtMs < FRESH_LINK_MS;
    const mustProve = known !== null && !cameByLink;
    if (mustProve) await countAttempt(tx, hashLogin(member.login), clock.now());
    return { member, stored: known?.hash ?? null, mustProve };
  });
}

function asMember({ actor: { memberId, sessionId } }: Scope): { memberId: MemberId; sessionId: string } {
  if (memberId === undefined || sessionId === undefined) throw notAMember();
  return { memberId, sessionId };
}
