/** Requests under an idempotency key as stored: hashes, state and a sealed answer. Times are ms since the epoch. */
import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';

export interface Claim {
  tenantId: string;
  keyHash: string;
  fingerprint: string;
  /** Names the run, so that a run which lost its claim cannot settle another's: `<owner>#<nonce>`. */
  token: string;
  nowMs: number;
  lockedUntilMs: number;
  expiresAtMs: number;
}

export interface StoredRequest {
  fingerprint: string;
  state: 'running' | 'answered' | 'streamed';
  receiptId: string | null;
  sealed: Uint8Array | null;
}

type IdempotencyTables = {
  idempotency_key: {
    tenant_id: string;
    key_hash: string;
    fingerprint: string;
    state: string;
    owner: string;
    receipt_id: string | null;
    status: number | null;
    body: Uint8Array | null;
    created_at: string;
    locked_until: string;
    expires_at: string;
  };
};

/** Takes the key where it is free: never used, expired, or left by a run whose lock lapsed. One of many racers wins. */
export async function claimKey(tx: Tx, claim: Claim): Promise<boolean> {
  const now = toIso(claim.nowMs);
  const row = {
    tenant_id: claim.tenantId,
    key_hash: claim.keyHash,
    fingerprint: claim.fingerprint,
    state: 'running',
    owner: claim.token,
    receipt_id: null,
    status: null,
    body: null,
    created_at: now,
    locked_until: toIso(claim.lockedUntilMs),
    expires_at: toIso(claim.expiresAtMs),
  };
  const taken = await tables(tx)
    .insertInto('idempotency_key')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'key_hash'])
        .doUpdateSet(row)
        .where(({ eb, and, or }) =>
          or([
            eb('idempotency_key.expires_at', '<=', now),
            and([eb('idempotency_key.state', '=', 'running'), eb('idempotency_key.locked_until', '<=', now)]),
          ]),
        ),
    )
    .returning('key_hash')
    .execute();
  return taken.length === 1;
}

/** What is stored under the key; `null` when it was freed meanwhile. */
export async function findRequest(tx: Tx, claim: Pick<Claim, 'tenantId' | 'keyHash'>): Promise<StoredRequest | null> {
  const row = await tables(tx)
    .selectFrom('idempotency_key')
    .select(['fingerprint', 'state', 'receipt_id', 'body'])
    .where('tenant_id', '=', claim.tenantId)
    .where('key_hash', '=', claim.keyHash)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { fingerprint, receipt_id: receiptId, body: sealed } = row;
  // The table's check constraint knows these three.
  return { fingerprint, state: row.state as StoredRequest['state'], receiptId, sealed };
}

/** How a run ended, and what repeats will get. */
export interface Settlement {
  state: 'answered' | 'streamed';
  receiptId: string | null;
  status: number | null;
  sealed: Uint8Array | null;
  expiresAtMs: number;
}

/** Ends the run with what repeats will get. False where the run no longer holds the key. */
export async function settleRun(tx: Tx, claim: Claim, settlement: Settlement): Promise<boolean> {
  const settled = await ownRun(tx, claim)
    .set({
      state: settlement.state,
      receipt_id: settlement.receiptId,
      status: settlement.status,
      body: settlement.sealed,
      expires_at: toIso(settlement.expiresAtMs),
    })
    .executeTakeFirst();
  return settled.numUpdatedRows === 1n;
}

/** Keeps the key for the run. False where the run no longer holds it. */
export async function extendLock(tx: Tx, claim: Claim, lockedUntilMs: number): Promise<boolean> {
  const extended = await ownRun(tx, claim)
    .set({ locked_until: toIso(lockedUntilMs) })
    .executeTakeFirst();
  return extended.numUpdatedRows === 1n;
}

/** Frees the key, if the run still holds it. */
export async function releaseRun(tx: Tx, claim: Claim): Promise<void> {
  await tables(tx)
    .deleteFrom('idempotency_key')
    .where('tenant_id', '=', claim.tenantId)
    .where('key_hash', '=', claim.keyHash)
    .where('owner', '=', claim.token)
    .where('state', '=', 'running')
    .execute();
}

/** Frees, over all tenants, what the owner left running. Answers how many. */
export async function releaseRunsOf(tx: Tx, owner: string): Promise<number> {
  const freed = await tables(tx)
    .deleteFrom('idempotency_key')
    .where('state', '=', 'running')
    .where(sql<boolean>`starts_with(owner, ${`${owner}#`})`)
    .executeTakeFirst();
  return Number(freed.numDeletedRows);
}

/** Deletes, over all tenants, what has expired. Answers how many. */
export async function deleteExpired(tx: Tx, nowMs: number): Promise<number> {
  const gone = await tables(tx)
    .deleteFrom('idempotency_key')
    .where('expires_at', '<=', toIso(nowMs))
    .executeTakeFirst();
  return Number(gone.numDeletedRows);
}

const tables = (tx: Tx) => tx.withTables<IdempotencyTables>();

function ownRun(tx: Tx, claim: Claim) {
  return tables(tx)
    .updateTable('idempotency_key')
    .where('tenant_id', '=', claim.tenantId)
    .where('key_hash', '=', claim.keyHash)
    .where('owner', '=', claim.token)
    .where('state', '=', 'running');
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
