/** A move out of the embedded database: all that is there arrives, and whatever does not is seen. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TABLES } from '@reeve/contracts';
import { sql, type RawBuilder } from 'kysely';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asTenantId } from '#kernel';
import { startPostgres, type PostgresRig } from '../../../test/rigs/postgres.ts';
import { lockDataFolder, type DataFolderLock } from './data-folder-lock.ts';
import { moveDatabase, type MoveOptions } from './move-database.ts';
import { openPgliteDatabase } from './pglite-database.ts';
import { ensurePrepared } from './prepare-template.ts';

const TENANTS = 12_345;
const ODD = 'a tab\t, a \\ backslash, a line\nbreak, \u{1f33e}, "quotes" and \\N';

let rig: PostgresRig;
let folder: string;
/** A data folder that each test gets a copy of. */
let filled: string;
let lock: DataFolderLock;
let url: string;
let count = 0;

beforeAll(async () => {
  rig = await startPostgres();
  filled = mkdtempSync(join(tmpdir(), 'reeve-move-'));
  lock = lockDataFolder(filled);
  await inSource(
    sql`insert into tenant (id, name) select 'ten_' || n, 'tenant ' || n from generate_series(1, ${TENANTS}::int) n`,
    sql`insert into tenant (id, name) values ('odd', ${ODD})`,
    sql`insert into api_key (id, tenant_id, name, key_hash, prefix, scopes, models)
      values ('key_1', 'odd', ${ODD}, 'h1', 'p', ${['a,b', '{"c"}', ODD]}::text[], null),
        ('key_2', 'odd', '', 'h2', 'p', '{}', '{}')`,
    sql`insert into idempotency_key (tenant_id, key_hash, fingerprint, state, owner, headers, body, created_at,
        locked_until, expires_at)
      values ('odd', 'k', 'f', 'answered', 'o', ${JSON.stringify({ odd: ODD })}::jsonb, ${Buffer.from([0, 1, 92, 255])},
        '2024-02-29T12:00:00.123456Z', '2024-02-29T12:00:00Z', 'infinity')`,
    sql`insert into workflow_message (run_id, tenant_id, topic, sent_at)
      select 'r', 't', 'a', now() from generate_series(1, 3)`,
    sql`select reeve_ensure_receipt_partitions(9)`,
  );
  await addWebhook();
  lock.release();
});
afterAll(async () => {
  await rig.stop();
  rmSync(filled, { recursive: true, force: true });
});

beforeEach(async () => {
  count += 1;
  url = await rig.url(`move${count}`);
  folder = mkdtempSync(join(tmpdir(), 'reeve-move-'));
  cpSync(filled, folder, { recursive: true });
  lock = lockDataFolder(folder);
});
afterEach(() => {
  lock.release();
  rmSync(folder, { recursive: true, force: true });
});

async function inSource(...statements: RawBuilder<unknown>[]): Promise<void> {
  const database = await openPgliteDatabase({ lock, template: await ensurePrepared() });
  await database.migrate();
  for (const statement of statements) await database.asRole('operator', (tx) => statement.execute(tx));
  await database.close();
}

/** Row security hides it from everybody but its tenant, the owner of the tables too. */
async function addWebhook(): Promise<void> {
  const database = await openPgliteDatabase({ lock });
  const statement = sql`insert into webhook (id, tenant_id, url, events, secret, created_at)
    values ('wh_1', 'ten_1', 'https://a.example', '{}', 'x', now())`;
  await database.forTenant({ tenantId: asTenantId('ten_1') }, (tx) => statement.execute(tx));
  await database.close();
}

const move = (options: Partial<MoveOptions> = {}) =>
  moveDatabase({
    lock,
    url,
    sourceId: 'one',
    tables: TABLES,
    onProgress: () => undefined,
    verify: () => Promise.resolve([]),
    ...options,
  });

/** Runs a statement on the target as the superuser. */
async function inTarget<T extends object>(statement: string): Promise<T[]> {
  const client = new Client({ connectionString: rig.adminUrl(`move${count}`) });
  await client.connect();
  try {
    const { rows } = await client.query<T>(statement);
    return rows;
  } finally {
    await client.end();
  }
}

describe('a move', () => {
  it('brings every row as it was, with months, counters and row security as they were', async () => {
    const seen: string[] = [];
    const outcome = await move({ onProgress: ({ step, table }) => void seen.push(`${step} ${table}`) });
    expect(outcome).toMatchObject({ type: 'moved', resumed: false });
    const moved = outcome.type === 'moved' ? outcome.tables : [];
    expect(moved.map(({ name }) => name).toSorted()).toEqual(TABLES.filter((name) => name !== 'data_move').toSorted());
    expect(moved.find(({ name }) => name === 'tenant')).toMatchObject({ rows: TENANTS + 1 });
    expect(moved.find(({ name }) => name === 'webhook')).toMatchObject({ rows: 1 });
    expect(seen).toContain('copy tenant');
    const [odd] = await inTarget<{ name: string }>("select name from tenant where id = 'odd'");
    expect(odd).toEqual({ name: ODD });
    const [key] = await inTarget("select scopes, models from api_key where id = 'key_1'");
    expect(key).toEqual({ scopes: ['a,b', '{"c"}', ODD], models: null });
    const [kept] = await inTarget('select headers, body, created_at::text, expires_at::text from idempotency_key');
    expect(kept).toMatchObject({ headers: { odd: ODD }, body: Buffer.from([0, 1, 92, 255]), expires_at: 'infinity' });
    const unguarded = await inTarget(
      `select relname from pg_class where relname in ('tenant', 'api_key', 'receipt') and not relforcerowsecurity`,
    );
    expect(unguarded).toEqual([]);
    const [parts] = await inTarget<{ count: string }>(
      `select count(*) from pg_class where relname like 'receipt\\_2%' and relispartition and relrowsecurity and relkind = 'r'`,
    );
    expect(Number(parts?.count)).toBe(10);
    const [next] = await inTarget(
      `insert into workflow_message (run_id, tenant_id, topic, sent_at) values ('r', 't', 'a', now()) returning id`,
    );
    expect(next).toEqual({ id: '4' });
    expect(await move()).toMatchObject({ type: 'moved-before' });
  });
});

describe('a move that breaks off', () => {
  it('goes on where it broke off, whatever the moment', async () => {
    for (const at of [5_000, 12_346]) {
      const stop = ({ step, table, rows }: { step: string; table: string; rows: number }): void => {
        if (step === 'copy' && table === 'tenant' && rows === at) throw new Error('the plug was pulled');
      };
      await expect(move({ onProgress: stop })).rejects.toThrow('the plug was pulled');
      const [rows] = await inTarget<{ count: string }>('select count(*) from tenant');
      expect(Number(rows?.count)).toBe(at);
    }
    expect(await move({ sourceId: 'two' })).toMatchObject({ type: 'other-source' });
    const copied: number[] = [];
    const outcome = await move({
      onProgress: ({ step, table, rows }) => step === 'copy' && table === 'tenant' && void copied.push(rows),
    });
    expect(outcome).toMatchObject({ type: 'moved', resumed: true });
    expect(copied).toEqual([12_346]);
  });

  it('begins anew where the source has changed what was copied already', async () => {
    const stop = ({ table, rows }: { table: string; rows: number }): void => {
      if (table === 'tenant' && rows === 10_000) throw new Error('the plug was pulled');
    };
    await expect(move({ onProgress: stop })).rejects.toThrow('the plug was pulled');
    await inSource(sql`update tenant set name = 'changed' where id = 'ten_1'`);
    expect(await move()).toMatchObject({ type: 'moved', resumed: true });
    expect(await inTarget("select name from tenant where id = 'ten_1'")).toEqual([{ name: 'changed' }]);
  });

  it('two at once: one is told to wait', async () => {
    let second: Promise<unknown> | null = null;
    const beside = (): void => {
      second ??= inTarget<{ free: boolean }>('select pg_try_advisory_lock(7337002) as free');
    };
    expect(await move({ onProgress: beside })).toMatchObject({ type: 'moved' });
    expect(await second).toEqual([{ free: false }]);
  });
});

describe('a target that is not empty is left alone', () => {
  it('with data of its own', async () => {
    await expect(move({ url: `${url}_there_is_none` })).rejects.toThrow(/does not exist|not answer/);
    expect(await move({ verify: () => Promise.resolve(['one thing']) })).toMatchObject({ type: 'differs' });
    await inTarget('truncate data_move');
    expect(await move()).toEqual({
      type: 'not-empty',
      tables: ['api_key', 'idempotency_key', 'tenant', 'webhook', 'workflow_message'],
    });
  });
});

describe('seeded faults turn the comparison red', () => {
  it('a table that nobody named', async () => {
    const outcome = await move({ tables: TABLES.filter((name) => name !== 'api_key') });
    expect(outcome).toEqual({ type: 'differs', differences: ['api_key: 2 rows in the data folder, 0 in PostgreSQL'] });
    const [open] = await inTarget('select finished_at from data_move');
    expect(open).toEqual({ finished_at: null });
  });

  it.each([
    ['a row that changed on the way', 'tenant', `new.name := new.name || ' '; return new;`, /tenant: .* not the same/],
    ['a row that was lost', 'tenant', 'return null;', /tenant: 12346 rows .* 12345 in/],
    [
      'a byte that changed',
      'idempotency_key',
      `new.body := '\\x00015cfe'; return new;`,
      /idempotency_key: .* not the same/,
    ],
  ])('%s', async (_name, table, fault, says) => {
    const stop = (): void => {
      throw new Error('the plug was pulled');
    };
    await expect(move({ onProgress: stop })).rejects.toThrow('the plug was pulled');
    const row = table === 'tenant' ? `new.id = 'ten_7'` : 'true';
    await inTarget(`create function fault() returns trigger language plpgsql as $$ begin ${fault} end $$`);
    await inTarget(
      `create trigger fault before insert on ${table} for each row when (${row}) execute function fault()`,
    );
    expect(await move()).toEqual({ type: 'differs', differences: [expect.stringMatching(says)] });
  });
});
