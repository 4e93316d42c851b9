/** Console sessions, one-time links and wrong passwords as stored: hashes only, for the operator's role alone. */
import { sql, type Selectable } from 'kysely';
import { asKeyId, asMemberId, asTenantId, type KeyId, type MemberId, type TenantId } from '#kernel';
import type { Tx } from '#platform/database/port.ts';

/** How somebody signed in. */
export type SignInMethod = 'password' | 'link';

export interface ConsoleSession {
  tokenHash: string;
  memberId: MemberId;
  /** Where they work now. */
  tenantId: TenantId;
  /** Their console key there. */
  keyId: KeyId;
  method: SignInMethod;
  createdAtMs: number;
  lastSeenAtMs: number;
  expiresAtMs: number;
}

type SessionTables = {
  console_session: {
    token_hash: string;
    member_id: string;
    current_tenant: string;
    key_id: string;
    method: string;
    created_at: string;
    last_seen_at: string;
    expires_at: string;
  };
  sign_in_link: { token_hash: string; member_id: string; created_at: string; expires_at: string };
  sign_in_attempt: { login_hash: string; failures: number; locked_until: string | null; last_at: string };
};

export async function insertSession(tx: Tx, session: ConsoleSession): Promise<void> {
  await tables(tx)
    .insertInto('console_session')
    .values({
      token_hash: session.tokenHash,
      member_id: session.memberId,
      current_tenant: session.tenantId,
      key_id: session.keyId,
      method: session.method,
      created_at: toIso(session.createdAtMs),
      last_seen_at: toIso(session.lastSeenAtMs),
      expires_at: toIso(session.expiresAtMs),
    })
    .execute();
}

export async function findSessions(tx: Tx, tokenHashes: readonly string[]): Promise<ConsoleSession[]> {
  const rows = await tables(tx)
    .selectFrom('console_session')
    .selectAll()
    .where('token_hash', '=', sql<string>`any(${tokenHashes}::text[])`)
    .execute();
  return rows.map(toSession);
}

/** Notes that the sessions are in use. One that ended meanwhile stays ended. */
export async function touchSessions(tx: Tx, tokenHashes: readonly string[], nowMs: number): Promise<void> {
  await tables(tx)
    .updateTable('console_session')
    .set({ last_seen_at: toIso(nowMs) })
    .where('token_hash', '=', sql<string>`any(${tokenHashes}::text[])`)
    .execute();
}

/** Lets a session work in another tenant. False where it has ended. */
export async function moveSession(
  tx: Tx,
  tokenHash: string,
  { tenantId, keyId }: { tenantId: TenantId; keyId: KeyId },
): Promise<boolean> {
  const query = tables(tx).updateTable('console_session').set({ current_tenant: tenantId, key_id: keyId });
  return (await query.where('token_hash', '=', tokenHash).executeTakeFirst()).numUpdatedRows === 1n;
}

export async function deleteSession(tx: Tx, tokenHash: string): Promise<void> {
  await tables(tx).deleteFrom('console_session').where('token_hash', '=', tokenHash).execute();
}

/** Ends what the member has open, but for the session `except`. */
export async function deleteSessionsOf(tx: Tx, memberId: MemberId, except: string | null = null): Promise<void> {
  const query = tables(tx).deleteFrom('console_session').where('member_id', '=', memberId);
  await (except === null ? query : query.where('token_hash', '<>', except)).execute();
}

/** Stores a link; those made for the member before open nothing from now on. */
export async function replaceLink(
  tx: Tx,
  memberId: MemberId,
  link: { tokenHash: string; nowMs: number; expiresAtMs: number },
): Promise<void> {
  await deleteLinksOf(tx, memberId);
  await tables(tx)
    .insertInto('sign_in_link')
    .values({
      token_hash: link.tokenHash,
      member_id: memberId,
      created_at: toIso(link.nowMs),
      expires_at: toIso(link.expiresAtMs),
    })
    .execute();
}

export async function deleteLinksOf(tx: Tx, memberId: MemberId): Promise<void> {
  await tables(tx).deleteFrom('sign_in_link').where('member_id', '=', memberId).execute();
}

/** Uses a link up: of all who try at once one gets the member, the others `null`. */
export async function takeLink(tx: Tx, tokenHash: string, nowMs: number): Promise<MemberId | null> {
  const row = await tables(tx)
    .deleteFrom('sign_in_link')
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', toIso(nowMs))
    .returning('member_id')
    .executeTakeFirst();
  return row === undefined ? null : asMemberId(row.member_id);
}

export interface Attempts {
  failures: number;
  lockedUntilMs: number | null;
  lastAtMs: number;
}

/** What is known of a login name's wrong passwords, held until the transaction ends; made where nothing was. */
export async function lockAttempts(tx: Tx, loginHash: string, nowMs: number): Promise<Attempts> {
  const attempts = tables(tx);
  await attempts
    .insertInto('sign_in_attempt')
    .values({ login_hash: loginHash, failures: 0, locked_until: null, last_at: toIso(nowMs) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await attempts
    .selectFrom('sign_in_attempt')
    .selectAll()
    .where('login_hash', '=', loginHash)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return {
    failures: row.failures,
    lockedUntilMs: row.locked_until === null ? null : Date.parse(row.locked_until),
    lastAtMs: Date.parse(row.last_at),
  };
}

export async function storeAttempts(tx: Tx, loginHash: string, attempts: Attempts): Promise<void> {
  await tables(tx)
    .updateTable('sign_in_attempt')
    .set({
      failures: attempts.failures,
      locked_until: attempts.lockedUntilMs === null ? null : toIso(attempts.lockedUntilMs),
      last_at: toIso(attempts.lastAtMs),
    })
    .where('login_hash', '=', loginHash)
    .execute();
}

export async function deleteAttempts(tx: Tx, loginHash: string): Promise<void> {
  await tables(tx).deleteFrom('sign_in_attempt').where('login_hash', '=', loginHash).execute();
}

/** Removes what opens nothing any more. Returns how many rows. */
export async function deleteEnded(
  tx: Tx,
  before: { nowMs: number; idleSinceMs: number; quietSinceMs: number },
): Promise<number> {
  const { nowMs, idleSinceMs, quietSinceMs } = before;
  const all = tables(tx);
  const sessions = await all
    .deleteFrom('console_session')
    .where((eb) => eb.or([eb('expires_at', '<=', toIso(nowMs)), eb('last_seen_at', '<=', toIso(idleSinceMs))]))
    .executeTakeFirst();
  const links = await all.deleteFrom('sign_in_link').where('expires_at', '<=', toIso(nowMs)).executeTakeFirst();
  const attempts = await all
    .deleteFrom('sign_in_attempt')
    .where('last_at', '<=', toIso(quietSinceMs))
    .executeTakeFirst();
  return Number(sessions.numDeletedRows + links.numDeletedRows + attempts.numDeletedRows);
}

const tables = (tx: Tx) => tx.withTables<SessionTables>();

function toSession(row: Selectable<SessionTables['console_session']>): ConsoleSession {
  return {
    tokenHash: row.token_hash,
    memberId: asMemberId(row.member_id),
    tenantId: asTenantId(row.current_tenant),
    keyId: asKeyId(row.key_id),
    method: row.method as SignInMethod,
    createdAtMs: Date.parse(row.created_at),
    lastSeenAtMs: Date.parse(row.last_seen_at),
    expiresAtMs: Date.parse(row.expires_at),
  };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
