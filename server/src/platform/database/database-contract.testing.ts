/** What both engines promise, as one suite. The columns of its own table stand for those of every store. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError, asTenantId } from '#kernel';
import type { Database, Tx } from './port.ts';
import { valuesContract } from './values-contract.testing.ts';

const tenantA = asTenantId('ten_a');
const tenantB = asTenantId('ten_b');

/** To be called inside a `describe` that names the engine; `open` gives a migrated, empty database. */
export function databaseContract(open: () => Promise<Database>): void {
  let database: Database;
  const current = (): Database => database;

  beforeAll(async () => {
    database = await open();
    await database.asRole('operator', async (tx) => {
      await sql`insert into tenant (id, name) values ('ten_a', 'A'), ('ten_b', 'B')`.execute(tx);
    });
  });
  afterAll(() => database.close());

  describe('values', () => {
    valuesContract(current);
  });
  describe('transactions', () => {
    transactionContract(current);
  });
  describe('roles and tenants', () => {
    roleContract(current);
  });
  describe('notifications', () => {
    noticeContract(current);
  });
  describe('partitions', () => {
    partitionContract(current);
  });
}

function transactionContract(database: () => Database): void {
  const names = (): Promise<string[]> =>
    database().asRole('operator', async (tx) => {
      const { rows } = await sql<{
        name: string;
      }>`select name from tenant where name like 'tx-%' order by name`.execute(tx);
      return rows.map(({ name }) => name);
    });
  const add = (tx: Tx, name: string): Promise<unknown> =>
    sql`insert into tenant (id, name) values (${`ten_${name}`}, ${name})`.execute(tx);

  it('keeps what resolved and undoes what rejected', async () => {
    await database().asRole('operator', (tx) => add(tx, 'tx-kept'));
    const failure = new Error('on purpose');
    const failed = database().asRole('operator', async (tx) => {
      await add(tx, 'tx-undone');
      throw failure;
    });
    await expect(failed).rejects.toBe(failure);
    expect(await names()).toEqual(['tx-kept']);
  });

  it('refuses to call a transaction committed whose statement had failed', async () => {
    const swallowed = database().asRole('operator', async (tx) => {
      await add(tx, 'tx-aborted');
      await sql`select 1 / 0`.execute(tx).catch(() => undefined);
    });
    await expect(swallowed).rejects.toThrow();
    expect(await names()).toEqual(['tx-kept']);
  });

  it('gives the code of a broken constraint to the caller', async () => {
    const twice = database().asRole('operator', (tx) => add(tx, 'tx-kept'));
    await expect(twice).rejects.toMatchObject({ code: '23505' });
  });

  it('tells in an error who asked', async () => {
    const askInVain = (): Promise<unknown> =>
      database().asRole('operator', async function asker(tx) {
        await sql`select 1 / 0`.execute(tx);
      });
    await expect(askInVain()).rejects.toMatchObject({ code: '22012', stack: expect.stringContaining('asker') });
  });

  it('refuses a query that outlives its transaction', async () => {
    let leaked: Tx | undefined;
    await database().asRole('operator', async (tx) => {
      leaked = tx;
    });
    const late = leaked === undefined ? Promise.resolve() : add(leaked, 'tx-late');
    await expect(late).rejects.toThrow('after its transaction had ended');
    expect(await names()).toEqual(['tx-kept']);
  });

  it('never mixes transactions that run at once', async () => {
    await database().asRole('operator', async (tx) => {
      await sql`insert into projection_cursor values ('count', 'w', 0)`.execute(tx);
    });
    const add1 = (tx: Tx): Promise<unknown> =>
      sql`update projection_cursor set seq = seq + 1 where projection = 'count'`.execute(tx);
    const tasks = Array.from({ length: 60 }, (_, index) =>
      database().asRole(
        'projector',
        async (tx) => {
          await add1(tx);
          if (index % 3 === 0) throw new Error('undone');
        },
        { sync: index % 2 === 0 },
      ),
    );
    const outcomes = await Promise.allSettled(tasks);
    const kept = outcomes.filter(({ status }) => status === 'fulfilled').length;
    const rows = await database().asRole('projector', async (tx) => {
      const { rows: found } = await sql`select seq from projection_cursor where projection = 'count'`.execute(tx);
      return found;
    });
    expect(kept).toBe(40);
    expect(rows).toEqual([{ seq: 40 }]);
  });

  it('counts the rows that a statement changed', async () => {
    const result = await database().asRole('operator', (tx) => sql`update tenant set name = name`.execute(tx));
    expect(result.numAffectedRows).toBeGreaterThanOrEqual(3n);
  });

  it('says that it is well', async () => {
    expect(await database().check()).toBeNull();
  });
}

function roleContract(database: () => Database): void {
  const visible = (tx: Tx): Promise<unknown[]> =>
    sql<{ id: string }>`select id from tenant order by id`.execute(tx).then(({ rows }) => rows.map(({ id }) => id));

  it('shows a tenant itself only', async () => {
    expect(await database().forTenant({ tenantId: tenantA }, visible)).toEqual(['ten_a']);
    expect(await database().forTenant({ tenantId: tenantB }, visible)).toEqual(['ten_b']);
    expect(await database().forTenant({ tenantId: asTenantId('ten_none') }, visible)).toEqual([]);
  });

  it('leaves neither role nor tenant behind', async () => {
    await database().forTenant({ tenantId: tenantA }, visible);
    const settings = await database().asRole('projector', async (tx) => {
      const { rows } =
        await sql`select current_user::text as role, current_setting('reeve.tenant_id', true) as tenant`.execute(tx);
      return rows;
    });
    expect(['', null]).toContain(Object(settings[0]).tenant);
    expect(settings).toMatchObject([{ role: 'reeve_projector' }]);
  });

  it.each(["x'; drop table tenant; --", '', 'ten_a\u0000', 'TEN_A', 'ten a', 'x'.repeat(65)])(
    'refuses %j as a tenant before anything is sent',
    async (tenantId) => {
      await expect(database().forTenant({ tenantId: asTenantId(tenantId) }, visible)).rejects.toThrow(
        'not a tenant id',
      );
    },
  );

  it('lets the ledger insert receipts and read nothing', async () => {
    const at = '2020-01-01T00:00:00.000Z';
    await database().asRole('ledger', (tx) => insertReceipt(tx, 'rcp_ledger', 'ten_a', at));
    await expect(database().asRole('ledger', (tx) => sql`select id from receipt`.execute(tx))).rejects.toMatchObject({
      code: '42501',
    });
    // The same receipt again is no error: a batch may be repeated after a lost answer.
    await database().asRole('ledger', (tx) => insertReceipt(tx, 'rcp_ledger', 'ten_a', at));
    const seen = await database().forTenant({ tenantId: tenantA }, (tx) => sql`select id from receipt`.execute(tx));
    expect(seen.rows).toEqual([{ id: 'rcp_ledger' }]);
  });

  it('keeps a receipt as it is', async () => {
    for (const role of ['ledger', 'projector', 'operator'] as const) {
      const change = database().asRole(role, (tx) => sql`update receipt set status = 'denied'`.execute(tx));
      await expect(change).rejects.toMatchObject({ code: '42501' });
      const removal = database().asRole(role, (tx) => sql`delete from receipt`.execute(tx));
      await expect(removal).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('lets a tenant make keys of its own, for itself only', async () => {
    const makeKey = (tx: Tx, id: string, tenant: string): Promise<unknown> =>
      sql`insert into api_key (id, tenant_id, name, key_hash, prefix, scopes)
          values (${id}, ${tenant}, 'k', ${id}, 'rv_x', ${['models:invoke']})`.execute(tx);
    await database().forTenant({ tenantId: tenantA }, (tx) => makeKey(tx, 'key_1', 'ten_a'));
    const foreign = database().forTenant({ tenantId: tenantA }, (tx) => makeKey(tx, 'key_2', 'ten_b'));
    await expect(foreign).rejects.toMatchObject({ code: '42501' });
  });
}

function insertReceipt(tx: Tx, id: string, tenant: string, createdAt: string): Promise<unknown> {
  return sql`insert into receipt (id, tenant_id, created_at, status, prompt_tokens, completion_tokens, latency_ms,
      writer_id, seq, hash, body) values (${id}, ${tenant}, ${createdAt}, 'ok', 1, 1, 1, 'wri_1', 1, 'h', '{}')
    on conflict do nothing`.execute(tx);
}

function noticeContract(database: () => Database): void {
  const notify = (payload: string, fail = false): Promise<void> =>
    database().asRole('operator', async (tx) => {
      await sql`select pg_notify('reeve_test', ${payload})`.execute(tx);
      if (fail) throw new Error('undone');
    });

  it('tells every listener what was committed, until it stops listening', async () => {
    const heard: string[] = [];
    const heardToo: string[] = [];
    const stop = await database().listen('reeve_test', (payload) => heard.push(payload));
    const stopToo = await database().listen('reeve_test', (payload) => heardToo.push(payload));
    await notify('one');
    await expect(notify('never', true)).rejects.toThrow('undone');
    await notify('two');
    await expect
      .poll(() => [heard, heardToo])
      .toEqual([
        ['one', 'two'],
        ['one', 'two'],
      ]);
    await stop();
    await notify('three');
    await expect.poll(() => heardToo).toEqual(['one', 'two', 'three']);
    expect(heard).toEqual(['one', 'two']);
    await stopToo();
  });

  it('refuses a channel that is no plain name', async () => {
    await expect(database().listen('x; drop table tenant', () => undefined)).rejects.toThrow('not a channel name');
  });
}

function partitionContract(database: () => Database): void {
  const partitionOf = (tx: Tx, id: string): Promise<unknown> =>
    sql<{ partition: string }>`select tableoid::regclass::text as partition from receipt where id = ${id}`
      .execute(tx)
      .then(({ rows }) => rows[0]?.partition);

  it('has a partition for this month and the next two, made once', async () => {
    const made = await database().asRole('operator', async (tx) => {
      const { rows } = await sql<{ made: number }>`select reeve_ensure_receipt_partitions(2) as made`.execute(tx);
      return rows[0]?.made;
    });
    expect(made).toBe(0);
    const { now, name } = await database().asRole('operator', async (tx) => {
      const { rows } = await sql<{ now: string; name: string }>`
        select now() as now, 'receipt_' || to_char(now() at time zone 'UTC', 'YYYYMM') as name`.execute(tx);
      return { now: rows[0]?.now ?? '', name: rows[0]?.name };
    });
    await database().asRole('projector', (tx) => insertReceipt(tx, 'rcp_now', 'ten_b', now));
    expect(await database().asRole('operator', (tx) => partitionOf(tx, 'rcp_now'))).toBe(name);
  });

  it('moves what waited in the default partition', async () => {
    const later = await database().asRole('operator', async (tx) => {
      const { rows } = await sql<{ later: string }>`select now() + interval '3 months' as later`.execute(tx);
      return rows[0]?.later ?? '';
    });
    await database().asRole('projector', (tx) => insertReceipt(tx, 'rcp_later', 'ten_b', later));
    expect(await database().asRole('operator', (tx) => partitionOf(tx, 'rcp_later'))).toBe('receipt_default');
    await database().asRole('operator', (tx) => sql`select reeve_ensure_receipt_partitions(4)`.execute(tx));
    expect(await database().asRole('operator', (tx) => partitionOf(tx, 'rcp_later'))).toMatch(/^receipt_\d{6}$/);
  });

  it('is for the operator only', async () => {
    const tried = database().forTenant({ tenantId: tenantA }, (tx) =>
      sql`select reeve_ensure_receipt_partitions(0)`.execute(tx),
    );
    await expect(tried).rejects.toMatchObject({ code: '42501' });
  });
}

/** Asserts that `work` fails because the database cannot be reached, and in no other way. */
export async function expectUnavailable(work: Promise<unknown>): Promise<void> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: 'database_unavailable' });
}
