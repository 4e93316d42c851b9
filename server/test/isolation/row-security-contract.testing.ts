/** Tenants see and change their own rows only, on both engines; each protection is taken away once to see it missed. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TABLES } from '@reeve/contracts';
import type { Session } from '#platform/database/sessions.ts';
import { probeRowSecurity, tenantTableNames } from './row-security-probe.testing.ts';

export interface AdminDatabase {
  /** A superuser's session on a migrated database. */
  session: Session;
  close(): Promise<void>;
}

/** Known here only so that each gets its own test; the first test compares them with the catalogue. */
const TENANT_TABLES = [
  'api_key',
  'graph_edge',
  'graph_node',
  'idempotency_key',
  'member',
  'receipt',
  'tenant',
  'usage_daily',
  'usage_tag_daily',
  'user_session_entry',
  'user_sessions',
  'webhook',
  'webhook_delivery',
  'workflow_message',
  'workflow_run',
  'workflow_step',
];

/** To be called inside a `describe` that names the engine. */
export function rowSecurityContract(open: () => Promise<AdminDatabase>): void {
  let database: AdminDatabase;

  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  /** What the probe finds after changes that are undone again. */
  async function faultsAfter(...changes: string[]): Promise<string[]> {
    const { session } = database;
    await session.query('begin');
    try {
      for (const change of changes) await session.query(change);
      return await probeRowSecurity(session);
    } finally {
      await session.query('rollback');
    }
  }

  it('covers every table that has a tenant', async () => {
    expect((await tenantTableNames(database.session)).toSorted()).toEqual(TENANT_TABLES);
    expect(TABLES).toEqual(expect.arrayContaining(TENANT_TABLES));
  });

  it('finds nothing wrong', async () => {
    expect(await faultsAfter()).toEqual([]);
  });

  it.each(TENANT_TABLES)('fault: row security off on %s is found', async (table) => {
    const faults = await faultsAfter(`alter table ${table} disable row level security`);
    expect(faults).toContain(`${table}: row security is off`);
    expect(faults).toContain(`${table}: a tenant sees the row of another tenant`);
    expect(faults).toContain(`${table}: a tenant sees rows without being a tenant`);
  });

  it.each(TENANT_TABLES)('fault: row security that spares the owner of %s is found', async (table) => {
    const faults = await faultsAfter(`alter table ${table} no force row level security`);
    expect(faults).toEqual([`${table}: row security does not bind the owner`]);
  });

  it.each(TENANT_TABLES)('fault: the policy of %s gone is found', async (table) => {
    const faults = await faultsAfter(`alter policy ${table}_app on ${table} to reeve_ledger`);
    expect(faults).toContain(`${table}: a tenant does not see its own row`);
  });

  it.each(TENANT_TABLES)('fault: a policy of %s that lets everything through is found', async (table) => {
    const faults = await faultsAfter(
      `create policy probe_fault on ${table} to reeve_app using (true) with check (true)`,
    );
    expect(faults).toContain(`${table}: a tenant sees the row of another tenant`);
  });

  it.each(['api_key', 'idempotency_key'])(
    'fault: a policy of %s that lets every write through is found',
    async (table) => {
      const faults = await faultsAfter(
        `create policy probe_fault on ${table} for insert to reeve_app with check (true)`,
      );
      expect(faults).toContain(`${table}: a tenant writes a row for another tenant`);
      expect(faults).toContain(`${table}: a tenant writes a row without being a tenant`);
    },
  );

  it('fault: a partition that a tenant may read is found', async () => {
    const faults = await faultsAfter(
      'grant select on receipt_default to reeve_app',
      'alter table receipt_default disable row level security',
      `insert into receipt (id, tenant_id, created_at, status, prompt_tokens, completion_tokens, latency_ms, writer_id, seq,
           hash, body) values ('rcp_fault', 'ten_x', '2001-01-01', 'ok', 1, 1, 1, 'w', 1, 'h', '{}')`,
    );
    expect(faults).toEqual(['receipt_default: row security is off', 'receipt_default: a tenant reads it directly']);
  });

  it.each(['outbox', 'inbox', 'dead_letter', 'member_password', 'console_session', 'sign_in_link', 'sign_in_attempt'])(
    'fault: %s that a tenant may read is found',
    async (table) => {
      const faults = await faultsAfter(`grant select on ${table} to reeve_app`);
      expect(faults).toContain(`${table}: a tenant may SELECT`);
    },
  );

  it('fault: events that a tenant may append for another are found', async () => {
    const faults = await faultsAfter('alter policy outbox_app on outbox with check (true)');
    expect(faults).toEqual([
      'outbox: a tenant appends for another tenant',
      'outbox: a tenant appends without being one',
      'outbox: a tenant appends for nobody',
    ]);
  });

  it('fault: a new table of tenants without protection is found', async () => {
    const faults = await faultsAfter(
      'create table probe_new (tenant_id text not null, secret text not null)',
      'grant select, insert, update, delete on probe_new to reeve_app',
    );
    expect(faults).toContain('probe_new: row security is off');
    expect(faults).toContain('probe_new: a tenant deletes the row of another tenant');
  });
}
