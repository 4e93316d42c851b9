/** Tenants as stored. */
import { asTenantId, type PageRequest, type TenantId } from '#kernel';
import type { Tx } from '#platform/database/port.ts';

export interface TenantRecord {
  id: TenantId;
  name: string;
  createdAtMs: number;
}

type TenantTables = {
  tenant: { id: string; name: string; created_at: string };
};

/** Stores a tenant. False where its id or name is taken. */
export async function insertTenant(tx: Tx, tenant: TenantRecord): Promise<boolean> {
  const inserted = await tx
    .withTables<TenantTables>()
    .insertInto('tenant')
    .values({ id: tenant.id, name: tenant.name, created_at: new Date(tenant.createdAtMs).toISOString() })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute();
  return inserted.length === 1;
}

/** Whether this transaction sees the tenant. */
export async function hasTenant(tx: Tx, id: TenantId): Promise<boolean> {
  const found = await tx.withTables<TenantTables>().selectFrom('tenant').select('id').where('id', '=', id).execute();
  return found.length === 1;
}

/** The tenant, where this transaction sees it. */
export async function findTenant(tx: Tx, id: TenantId): Promise<TenantRecord | null> {
  const query = tx.withTables<TenantTables>().selectFrom('tenant').select(['id', 'name', 'created_at']);
  const row = await query.where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : { id: asTenantId(row.id), name: row.name, createdAtMs: Date.parse(row.created_at) };
}

/** Every tenant by id (`default` first, then by age); one more than the page holds. */
export async function listTenants(tx: Tx, page: PageRequest): Promise<TenantRecord[]> {
  const rows = await tx
    .withTables<TenantTables>()
    .selectFrom('tenant')
    .select(['id', 'name', 'created_at'])
    .where('id', '>', page.after?.[0] ?? '')
    .orderBy('id')
    .limit(page.limit + 1)
    .execute();
  return rows.map((row) => ({ id: asTenantId(row.id), name: row.name, createdAtMs: Date.parse(row.created_at) }));
}
