/** Members and their passwords as stored. Whoever is not the operator sees those of their tenant, and no password. */
import { sql, type Generated, type Selectable } from 'kysely';
import { asKeyId, asMemberId, asTenantId, type MemberId, type PageRequest, type TenantId } from '#kernel';
import type { Tx } from '#platform/database/port.ts';
import type { Member, MemberStatus } from './member.ts';
import { isRole } from './roles.ts';

type MemberTables = {
  member: {
    id: string;
    tenant_id: string;
    login: string;
    name: string;
    roles: readonly string[];
    status: string;
    version: Generated<number>;
    created_at: string;
    created_by: string | null;
    last_seen_at: string | null;
  };
  member_password: { member_id: string; hash: string; changed_at: string };
};

/** Stores a member. False where the login name is taken, in whichever tenant. */
export async function insertMember(tx: Tx, member: Member): Promise<boolean> {
  const inserted = await tables(tx)
    .insertInto('member')
    .values({
      id: member.id,
      tenant_id: member.tenantId,
      login: member.login,
      name: member.name,
      roles: member.roles,
      status: member.status,
      created_at: toIso(member.createdAtMs),
      created_by: member.createdBy,
      last_seen_at: null,
    })
    .onConflict((conflict) => conflict.column('login').doNothing())
    .returning('id')
    .execute();
  return inserted.length === 1;
}

/** Those of the ids that this transaction sees. */
export async function findMembers(tx: Tx, ids: readonly MemberId[]): Promise<Member[]> {
  const query = tables(tx).selectFrom('member').selectAll();
  return (await query.where('id', '=', sql<string>`any(${ids}::text[])`).execute()).map(toMember);
}

/** The member of that id, held against other changes until the transaction ends. */
export async function lockMember(tx: Tx, id: MemberId): Promise<Member | null> {
  const query = tables(tx).selectFrom('member').selectAll().where('id', '=', id);
  const row = await query.forUpdate().executeTakeFirst();
  return row === undefined ? null : toMember(row);
}

/**
 * One change at a time decides who owns a tenant, until its transaction ends. Taken before any member's row: two who took
 * rows first would wait for each other.
 */
export async function lockOwnership(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('members:owners'))`.execute(tx);
}

/** Owners of the tenant who are not suspended, by age. */
export async function findOwners(tx: Tx, tenantId: TenantId): Promise<Member[]> {
  const rows = await tables(tx)
    .selectFrom('member')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('status', '<>', 'suspended')
    .where(sql<boolean>`roles @> array['OWNER']`)
    .orderBy('id')
    .execute();
  return rows.map(toMember);
}

export interface StoredPassword {
  member: Member;
  hash: string;
}

/** The member of that login name with their password; `null` where there is no such member or they have none. */
export async function findPassword(tx: Tx, login: string): Promise<StoredPassword | null> {
  const row = await tables(tx)
    .selectFrom('member')
    .innerJoin('member_password', 'member_password.member_id', 'member.id')
    .selectAll('member')
    .select('member_password.hash')
    .where('member.login', '=', login)
    .executeTakeFirst();
  return row === undefined ? null : { member: toMember(row), hash: row.hash };
}

/** Whether the member has a password at all. */
export async function hasPassword(tx: Tx, id: MemberId): Promise<boolean> {
  const query = tables(tx).selectFrom('member_password').select('member_id').where('member_id', '=', id);
  return (await query.executeTakeFirst()) !== undefined;
}

export async function storePassword(tx: Tx, id: MemberId, hash: string, nowMs: number): Promise<void> {
  const changed_at = toIso(nowMs);
  await tables(tx)
    .insertInto('member_password')
    .values({ member_id: id, hash, changed_at })
    .onConflict((conflict) => conflict.column('member_id').doUpdateSet({ hash, changed_at }))
    .execute();
}

/** The tenant's members by id, which is by age; one more than the page holds. */
export async function listMembers(tx: Tx, tenantId: TenantId, page: PageRequest): Promise<Member[]> {
  const rows = await tables(tx)
    .selectFrom('member')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '>', page.after?.[0] ?? '')
    .orderBy('id')
    .limit(page.limit + 1)
    .execute();
  return rows.map(toMember);
}

export type MemberChange = Partial<Pick<Member, 'name' | 'roles' | 'status'>>;

/** Changes a member who was locked in this transaction. */
export async function updateMember(tx: Tx, id: MemberId, change: MemberChange): Promise<Member> {
  const row = await tables(tx)
    .updateTable('member')
    .set((eb) => ({ ...change, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toMember(row);
}

/** Removes the member with passwords, sessions and links. */
export async function deleteMember(tx: Tx, id: MemberId): Promise<void> {
  await tables(tx).deleteFrom('member').where('id', '=', id).execute();
}

/** Notes that the members were at work; no new version, since nobody changed them. */
export async function noteSeen(tx: Tx, ids: readonly MemberId[], nowMs: number): Promise<void> {
  const query = tables(tx)
    .updateTable('member')
    .set({ last_seen_at: toIso(nowMs) });
  await query.where('id', '=', sql<string>`any(${ids}::text[])`).execute();
}

const tables = (tx: Tx) => tx.withTables<MemberTables>();

function toMember(row: Selectable<MemberTables['member']>): Member {
  return {
    id: asMemberId(row.id),
    tenantId: asTenantId(row.tenant_id),
    login: row.login,
    name: row.name,
    // A role that a later version made and this one does not know permits nothing.
    roles: row.roles.filter((role) => isRole(role)),
    status: row.status as MemberStatus,
    version: row.version,
    createdAtMs: Date.parse(row.created_at),
    createdBy: row.created_by === null ? null : asKeyId(row.created_by),
    lastSeenAtMs: row.last_seen_at === null ? null : Date.parse(row.last_seen_at),
  };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
