import { sql } from 'kysely';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresRig, startPostgres } from '../../../test/rigs/postgres.ts';
import { databaseContract, expectUnavailable } from './database-contract.testing.ts';
import type { Database } from './port.ts';
import { openPostgresDatabase } from './postgres-database.ts';

let rig: PostgresRig;

beforeAll(async () => {
  rig = await startPostgres();
});
afterAll(() => rig.stop());

async function openMigrated(name: string): Promise<Database> {
  const database = await openPostgresDatabase({ url: await rig.url(name) });
  await database.migrate();
  return database;
}

describe('PostgreSQL', () => {
  databaseContract(() => openMigrated('contract'));
});

const selectOne = (database: Database): Promise<unknown> =>
  database.asRole('operator', (tx) => sql`select 1 as one`.execute(tx));

it('fails as unavailable while the server is away and works once it is back', async () => {
  const database = await openMigrated('away');
  const waiting = database.asRole('operator', (tx) => sql`select pg_sleep(20)`.execute(tx));
  const failed = expectUnavailable(waiting);
  await rig.crash();
  await failed;
  await selectOne(database);
  await database.close();
});

it('counts a server that takes no writes as unavailable, and looks for another: it may have been the primary', async () => {
  const database = await openMigrated('demoted');
  const write = (): Promise<unknown> =>
    database.asRole('projector', (tx) =>
      sql`insert into projection_cursor (projection, writer_id, seq) values ('p', 'w', 1) on conflict do nothing`.execute(
        tx,
      ),
    );
  await write();
  const admin = new Client({ connectionString: rig.adminUrl('postgres') });
  await admin.connect();
  await admin.query('alter database demoted set default_transaction_read_only = on');
  await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'demoted'`);
  await expect.poll(() => database.check()).toBeNull();
  await expectUnavailable(write());
  await admin.query('alter database demoted reset default_transaction_read_only');
  // Fault: the session to the former primary would be kept for the next write.
  await write();
  await admin.end();
  await database.close();
});

it('opens while the server is away', async () => {
  const database = await openPostgresDatabase({ url: 'postgres://reeve@127.0.0.1:1/none' });
  await expectUnavailable(selectOne(database));
  await expectUnavailable(database.migrate());
  expect(await database.check()).toContain('does not answer');
  await database.close();
});

it('says when a statement takes too long and keeps the session', async () => {
  const database = await openPostgresDatabase({ url: await rig.url('slow'), poolSize: 1, statementTimeoutMs: 100 });
  await database.migrate();
  const slow = database.asRole('operator', (tx) => sql`select pg_sleep(5)`.execute(tx));
  await expect(slow).rejects.toMatchObject({ code: '57014' });
  await selectOne(database);
  await database.close();
});

it('listens again after the server was away, and says twice that notices may be lost: at the break and after it', async () => {
  const database = await openMigrated('listening');
  const heard: string[] = [];
  await database.listen('reeve_test', (payload) => heard.push(payload));
  await rig.crash();
  await expect.poll(() => heard, { timeout: 15_000 }).toEqual(['', '']);
  await database.asRole('operator', (tx) => sql`select pg_notify('reeve_test', 'again')`.execute(tx));
  await expect.poll(() => heard).toEqual(['', '', 'again']);
  await database.close();
});

it('brings the schema up once when several processes start together', async () => {
  const url = await rig.url('together');
  const databases = await Promise.all(Array.from({ length: 4 }, () => openPostgresDatabase({ url })));
  const taken = await Promise.all(databases.map((database) => database.migrate()));
  expect(new Set(taken.flat()).size).toBe(taken.flat().length);
  expect(taken.flat().length).toBeGreaterThan(0);
  await Promise.all(databases.map((database) => database.close()));
});
