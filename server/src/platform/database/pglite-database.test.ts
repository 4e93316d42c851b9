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
