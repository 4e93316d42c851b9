import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { databaseContract, expectUnavailable } from './database-contract.testing.ts';
import { addTenant, open, tempFolder, tenantCount } from './pglite-database.testing.ts';
import type { Database } from './port.ts';
import { ensurePrepared } from './prepare-template.ts';
import { openTestDatabase } from './testing.ts';

describe('PGlite', () => {
  databaseContract(openTestDatabase);
});

describe('the data folder', () => {
  it('starts from the template and keeps what was written', async () => {
    const folder = tempFolder();
    let cold = 0;
    const onColdStart = (): void => void (cold += 1);
    const first = await open(folder, { onColdStart });
    await addTenant(first, 'ten_kept');
    await first.close();
    const second = await open(folder, { onColdStart });
    expect(await tenantCount(second)).toBe(1);
    expect(cold).toBe(0);
  });

  it('is made anew, and says so, where there is no template', async () => {
    let cold = 0;
    const database = await open(tempFolder(), { template: null, onColdStart: () => void (cold += 1) });
    await addTenant(database, 'ten_one');
    expect([cold, await tenantCount(database)]).toEqual([1, 1]);
  });

  it('takes no half copy for a whole one', async () => {
    const folder = tempFolder();
    const half = join(folder, 'database.unfinished');
    cpSync(await ensurePrepared(), half, { recursive: true });
    rmSync(join(half, 'base'), { recursive: true });
    writeFileSync(join(half, 'left-over'), '');
    const database = await open(folder);
    await addTenant(database, 'ten_one');
    expect(existsSync(half)).toBe(false);
    expect(existsSync(join(folder, 'database', 'left-over'))).toBe(false);
  });

  it('gets whole templates from several makers at once, and none from an interrupted one', async () => {
    const root = tempFolder();
    mkdirSync(join(root, 'unfinished-of-a-dead-maker'));
    const made = await Promise.all([ensurePrepared(root), ensurePrepared(root)]);
    expect(new Set(made).size).toBe(1);
    expect(readdirSync(root).filter((name) => !name.startsWith('unfinished'))).toHaveLength(1);
    const database = await open(tempFolder(), { template: made[0] ?? null });
    await addTenant(database, 'ten_one');
  });
});

describe('an insert that comes often', () => {
  const listPrepared = (database: Database): Promise<string[]> =>
    database.asRole('operator', async (tx) => {
      const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(tx);
      return rows.map(({ statement }) => statement);
    });
  const insertTwenty = async (database: Database, name: string): Promise<void> => {
    for (let index = 0; index < 20; index += 1) await addTenant(database, `ten_${name}_${index}`);
  };

  it('is prepared, a query is not', async () => {
    const database = await open(tempFolder());
    await insertTwenty(database, 'one');
    for (let index = 0; index < 20; index += 1) await tenantCount(database);
    expect(await listPrepared(database)).toEqual(['insert into tenant (id, name) values ($1, $2)']);
    await insertTwenty(database, 'two');
    expect(await tenantCount(database)).toBe(40);
  });

  it('is prepared anew by the thread that follows one that hung', async () => {
    const database = await open(tempFolder(), { answerTimeoutMs: 1_500 });
    await insertTwenty(database, 'before');
    await expectUnavailable(
      database.asRole('operator', (tx) => sql`select count(*) from generate_series(1, 100000000000)`.execute(tx)),
    );
    expect(await listPrepared(database)).toEqual([]);
    await addTenant(database, 'ten_after');
    expect(await listPrepared(database)).toHaveLength(1);
    expect(await tenantCount(database)).toBe(21);
  });

  it('fails as it would unprepared, and works again', async () => {
    const database = await open(tempFolder());
    await insertTwenty(database, 'one');
    await expect(addTenant(database, 'ten_one_0')).rejects.toMatchObject({ code: '23505' });
    await addTenant(database, 'ten_other');
    expect(await tenantCount(database)).toBe(21);
  });

  it('has no room for ever more texts', async () => {
    const database = await open(tempFolder());
    for (let columns = 1; columns <= 40; columns += 1) {
      const values = Array.from({ length: columns }, (_, index) => sql`(${index}::int)`);
      const insert = sql`insert into pg_temp.many select v from (values ${sql.join(values)}) as x(v)`;
      await database.asRole('operator', async (tx) => {
        await sql`create temp table many (v int) on commit drop`.execute(tx);
        for (let index = 0; index < 20; index += 1) await insert.execute(tx);
      });
    }
    expect(await listPrepared(database)).toHaveLength(32);
  });
});

describe('the database thread', () => {
  const selectOne = (database: Database): Promise<unknown> =>
    database.asRole('operator', (tx) => sql`select 1 as one`.execute(tx));

  it('fails what is in flight when it hangs, and works again afterwards', async () => {
    const database = await open(tempFolder(), { answerTimeoutMs: 1_500 });
    await addTenant(database, 'ten_before');
    const heard: string[] = [];
    await database.listen('reeve_test', (payload) => heard.push(payload));
    const endless = database.asRole('operator', (tx) =>
      sql`select count(*) from generate_series(1, 100000000000)`.execute(tx),
    );
    const behind = selectOne(database);
    await expectUnavailable(endless);
    await behind;
    expect(await tenantCount(database)).toBe(1);
    await database.asRole('operator', (tx) => sql`select pg_notify('reeve_test', 'still')`.execute(tx));
    await expect.poll(() => heard).toContain('still');
  });

  it('refuses work once it is closed', async () => {
    const database = await open(tempFolder());
    await database.close();
    await expectUnavailable(selectOne(database));
    expect(await database.check()).toContain('does not answer');
  });

  it('waits for a running transaction when it is closed', async () => {
    const folder = tempFolder();
    const database = await open(folder);
    const slow = database.asRole('operator', async (tx) => {
      await sql`insert into tenant (id, name) values ('ten_slow', 'slow')`.execute(tx);
      await new Promise((resolve) => setTimeout(resolve, 200));
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await database.close();
    await slow;
    expect(await tenantCount(await open(folder))).toBe(1);
  });
});
