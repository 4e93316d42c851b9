/** A console session: how long it lasts, in which tenant it may work, and how it opens. */
import { defaultTenantId, type Clock, type TenantId } from '#kernel';
import type { Tx } from '#platform/database/port.ts';
import { ensureConsoleKey } from './console-key.ts';
import type { IdentityParts } from './identity-parts.ts';
import type { Identified } from './key-cache.ts';
import { isOwner, scopesOf, type Member } from './member.ts';
import { noteSeen } from './member-store.ts';
import { hashToken, makeToken } from './secret-token.ts';
import { deleteSession, insertSession, type ConsoleSession, type SignInMethod } from './session-store.ts';

/** Nothing happened for so long: the session is over. */
export const IDLE_MS = 15 * 60_000;
/** Whatever happens, nobody stays signed in longer. */
const LIFE_MS = 12 * 3_600_000;

export interface OpenedSession {
  /** For the browser's cookie; stored nowhere. */
  token: string;
  who: Identified;
}

/**
 * Opens a session in the member's own tenant, and ends the one that the browser held: what somebody planted there
 * before opens nothing afterwards. The caller holds the member's row.
 */
export async function openSession(
  tx: Tx,
  parts: IdentityParts,
  member: Member,
  { method, formerToken }: { method: SignInMethod; formerToken: string | null },
): Promise<OpenedSession> {
  if (formerToken !== null) await deleteSession(tx, hashToken(formerToken));
  const { tenantId, id: memberId } = member;
  const key = await ensureConsoleKey(tx, parts, memberId, tenantId);
  const token = makeToken(parts.random);
  const nowMs = parts.clock.now();
  const session: ConsoleSession = {
    tokenHash: token.hash,
    memberId,
    tenantId,
    keyId: key.id,
    method,
    createdAtMs: nowMs,
    lastSeenAtMs: nowMs,
    expiresAtMs: nowMs + LIFE_MS,
  };
  await insertSession(tx, session);
  await noteSeen(tx, [memberId], nowMs);
  return { token: token.text, who: toWho(session, member) };
}

export function isOver({ lastSeenAtMs, expiresAtMs }: ConsoleSession, clock: Clock): boolean {
  const nowMs = clock.now();
  return nowMs >= expiresAtMs || nowMs - lastSeenAtMs >= IDLE_MS;
}

/** Members work in their own tenant, owners of `default` in every one. */
export function mayWorkIn(member: Member, tenantId: TenantId): boolean {
  return member.tenantId === tenantId || (member.tenantId === defaultTenantId && isOwner(member));
}

/** Whom a session stands for, with what the member's roles permit now. */
export function toWho({ tenantId, keyId, tokenHash }: ConsoleSession, { id, roles }: Member): Identified {
  const scopes = scopesOf(roles);
  return { tenantId, actor: { kind: 'member', keyId, memberId: id, sessionId: tokenHash, scopes, models: null } };
}
