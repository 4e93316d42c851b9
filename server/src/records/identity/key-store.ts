/** API keys as stored: hashes only, never a key. */
import type { Scope as Granted } from '@reeve/contracts';
import { sql, type Selectable } from 'kysely';
import { asKeyId, asMemberId, asTenantId, type KeyId, type MemberId, type PageRequest, type TenantId } from '#kernel';
import type { Tx } from '#platform/database/port.ts';

export interface KeyRecord {
  id: KeyId;
  tenantId: TenantId;
  name: string;
  prefix: string;
  /** Expanded: no role names. */
  scopes: readonly Granted[];
  /** `null`: every model. */
  models: readonly string[] | null;
  expiresAtMs: number | null;
  revokedAtMs: number | null;
  createdAtMs: number;
  createdBy: KeyId | null;
  /** Whose console key this is: it has no secret. `null` for all others. */
  memberId: MemberId | null;
}

type KeyTables = {
  api_key: {
    id: string;
    tenant_id: string;
    name: string;
    key_hash: string;
    prefix: string;
    scopes: readonly string[];
    models: readonly string[] | null;
    expires_at: string | null;
    revoked_at: string | null;
    created_at: string;
    created_by: string | null;
    member_id: string | null;
  };
};

/** The channel on which a revoking transaction tells every process the key's id. */
export const REVOCATION_CHANNEL = 'reeve_keys';

const COLUMNS = [
  'id',
  'tenant_id',
  'name',
  'prefix',
  'scopes',
  'models',
  'expires_at',
  'revoked_at',
  'created_at',
  'created_by',
  'member_id',
] as const;

/** Stores a key. False where a key with this hash exists already. */
export async function insertKey(tx: Tx, key: KeyRecord, hash: string): Promise<boolean> {
  const inserted = await tables(tx)
    .insertInto('api_key')
    .values({
      id: key.id,
      tenant_id: key.tenantId,
      name: key.name,
      key_hash: hash,
      prefix: key.prefix,
      scopes: key.scopes,
      models: key.models,
      expires_at: toIso(key.expiresAtMs),
      revoked_at: toIso(key.revokedAtMs),
      created_at: new Date(key.createdAtMs).toISOString(),
      created_by: key.createdBy,
      member_id: key.memberId,
    })
    .onConflict((conflict) => conflict.column('key_hash').doNothing())
    .returning('id')
    .execute();
  return inserted.length === 1;
}

/** The keys with these hashes, revoked and expired ones too. */
export async function findKeysByHash(tx: Tx, hashes: readonly string[]): Promise<{ hash: string; key: KeyRecord }[]> {
  const rows = await tables(tx)
    .selectFrom('api_key')
    .select([...COLUMNS, 'key_hash'])
    .where('key_hash', '=', sql<string>`any(${hashes}::text[])`)
    .execute();
  return rows.map((row) => ({ hash: row.key_hash, key: toRecord(row) }));
}

/** One key of those that this transaction sees. */
export async function findKey(tx: Tx, id: KeyId): Promise<KeyRecord | null> {
  const [key = null] = await findKeys(tx, [id]);
  return key;
}

/** Those of the ids that this transaction sees. */
export async function findKeys(tx: Tx, ids: readonly KeyId[]): Promise<KeyRecord[]> {
  const query = tables(tx).selectFrom('api_key').select(COLUMNS);
  return (await query.where('id', '=', sql<string>`any(${ids}::text[])`).execute()).map(toRecord);
}

/** The console keys that the member has in whichever tenant, without those that have ended. */
export async function findKeysOfMember(tx: Tx, memberId: MemberId): Promise<KeyRecord[]> {
  const query = tables(tx).selectFrom('api_key').select(COLUMNS).where('member_id', '=', memberId);
  return (await query.where('revoked_at', 'is', null).execute()).map(toRecord);
}

/** The tenant's keys by id, which is by age; one more than the page holds. */
export async function listKeys(tx: Tx, tenantId: TenantId, page: PageRequest): Promise<KeyRecord[]> {
  const rows = await tables(tx)
    .selectFrom('api_key')
    .select(COLUMNS)
    .where('tenant_id', '=', tenantId)
    .where('id', '>', page.after?.[0] ?? '')
    .orderBy('id')
    .limit(page.limit + 1)
    .execute();
  return rows.map(toRecord);
}

/** Ends a key and tells every process in the same commit. A key that has ended keeps its first date: then false. */
export async function markRevoked(tx: Tx, id: KeyId, atMs: number): Promise<boolean> {
  const ended = await tables(tx)
    .updateTable('api_key')
    .set({ revoked_at: new Date(atMs).toISOString() })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  await sendNotice(tx, id);
  return ended.numUpdatedRows === 1n;
}

/** Sends a notice on the channel of revocations when this transaction commits. */
export async function sendNotice(tx: Tx, payload: string): Promise<void> {
  await sql`select pg_notify(${REVOCATION_CHANNEL}, ${payload})`.execute(tx);
}

const tables = (tx: Tx) => tx.withTables<KeyTables>();

type KeyRow = Omit<Selectable<KeyTables['api_key']>, 'key_hash'>;

function toRecord(row: KeyRow): KeyRecord {
  return {
    id: asKeyId(row.id),
    tenantId: asTenantId(row.tenant_id),
    name: row.name,
    prefix: row.prefix,
    // Only `create-key.ts` writes scopes, and it writes known ones.
    scopes: row.scopes as readonly Granted[],
    models: row.models,
    expiresAtMs: toMs(row.expires_at),
    revokedAtMs: toMs(row.revoked_at),
    createdAtMs: Date.parse(row.created_at),
    createdBy: row.created_by === null ? null : asKeyId(row.created_by),
    memberId: row.member_id === null ? null : asMemberId(row.member_id),
  };
}

function toIso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function toMs(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso);
}
