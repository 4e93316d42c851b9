import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { createVirtualClock } from '../clock/testing.ts';
import { lockDataFolder } from './data-folder-lock.ts';
import { databaseContract, expectUnavailable } from './database-contract.testing.ts';
import { openPgliteDatabase, type PgliteDatabase, type PgliteOptions, startEngine } from './pglite-database.ts';
import type { Database } from './port.ts';
import { ensurePrepared } from './prepare-template.ts';
import { withSession } from './sessions.ts';
import { openTestDatabase } from './testing.ts';

describe('PGlite', () => {
  databaseContract(openTestDatabase);
});

const folders: string[] = [];

function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-pglite-'));
  folders.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Opens the folder, and closes it when the test ends if the test has not done so. */
async function open(folder: string, options: Omit<PgliteOptions, 'lock'> = {}): Promise<PgliteDatabase> {
  const lock = lockDataFolder(folder);
  const database = await openPgliteDatabase({ lock, template: await ensurePrepared(), ...options });
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => (closing ??= database.close().finally(() => lock.release()));
  onTestFinished(close);
  await database.migrate();
  return { ...database, close };
}

const addTenant = (database: Database, id: string, sync = true): Promise<unknown> =>
  database.asRole('operator', (tx) => sql`insert into tenant (id, name) values (${id}, ${id})`.execute(tx), { sync });

const tenantCount = (database: Database): Promise<number> =>
  database.asRole('operator', async (tx) => {
    const { rows } = await sql<{ count: number }>`select count(*) as count from tenant`.execute(tx);
    return rows[0]?.count ?? -1;
  });

describe('durability', () => {
  /** The oracle: one commit, at least one sync. */
  async function syncsOf(
    commits: number,
    run: (index: number) => Promise<unknown>,
    count: () => number,
  ): Promise<number> {
    const before = count();
    for (let index = 0; index < commits; index += 1) await run(index);
    return count() - before;
  }

  it('syncs the disk with every commit', async () => {
    const database = await open(tempFolder());
    const syncs = await syncsOf(100, (index) => addTenant(database, `ten_${index}`), database.syncCount);
    expect(syncs).toBeGreaterThanOrEqual(100);
  });

  it('fault: without the hook nothing is ever synced', async () => {
    const folder = join(tempFolder(), 'database');
    cpSync(await ensurePrepared(), folder, { recursive: true });
    const engine = await startEngine(folder, { syncing: false });
    onTestFinished(engine.stop);
    const insert = (index: number): Promise<unknown> =>
      withSession(engine.connect, (session) =>
        session.query(`insert into tenant (id, name) values ('t${index}', 't${index}')`),
      );
    expect(await syncsOf(100, insert, engine.syncCount)).toBe(0);
  });

  it('does not wait for the disk where the caller can rebuild what is lost', async () => {
    const database = await open(tempFolder());
    const syncs = await syncsOf(100, (index) => addTenant(database, `ten_${index}`, false), database.syncCount);
    expect(syncs).toBeLessThan(5);
  });

  it('syncs what went before together with the next synced commit', async () => {
    const database = await open(tempFolder());
    await addTenant(database, 'ten_unsynced', false);
    const before = database.syncCount();
    await addTenant(database, 'ten_synced');
    expect(database.syncCount()).toBeGreaterThan(before);
  });

  it('keeps every acknowledged commit over kill -9', async () => {
    const folder = tempFolder();
    const program = new URL('./commit-until-killed.testing.ts', import.meta.url).pathname;
    await ensurePrepared();
    for (let round = 1; round <= 3; round += 1) {
      const child = spawn(process.execPath, [program, folder, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
      let acknowledged = 0;
      child.stdout.on('data', (chunk: Buffer) => {
        acknowledged += chunk.toString().split('\n').length - 1;
      });
      await expect.poll(() => acknowledged, { timeout: 30_000 }).toBeGreaterThan(20 * round);
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      const database = await open(folder);
      const kept = await database.asRole('operator', async (tx) => {
        const { rows } = await sql<{
          n: number;
        }>`select count(*) as n from tenant where name like ${`${round}-%`}`.execute(tx);
        return rows[0]?.n ?? 0;
      });
      await database.close();
      expect(kept).toBeGreaterThanOrEqual(acknowledged);
      expect(kept).toBeLessThanOrEqual(acknowledged + 1);
    }
  });
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

describe('maintenance', () => {
  const CHURN_BYTES = 40 * 1024 * 1024;

  async function churn(database: Database, bytes: number): Promise<void> {
    const text = 'x'.repeat(1024);
    for (let done = 0; done < bytes; done += 4096 * 1024) {
      await database.asRole(
        'projector',
        (tx) =>
          sql`insert into receipt (id, tenant_id, created_at, status, prompt_tokens, completion_tokens, latency_ms, writer_id,
              seq, hash, body) select 'rcp_' || n, 'ten_a', now(), 'ok', 1, 1, 1, 'wri_1', n, 'h', to_jsonb(${text}::text || n)
            from generate_series(${done}::bigint, ${done}::bigint + 4095) n`.execute(tx),
        { sync: false },
      );
    }
  }

  const logFiles = (folder: string): number => readdirSync(join(folder, 'database', 'pg_wal')).length;

  /** Time moves by hand and the timer never fires: only the test runs maintenance. */
  function stillClock(): {
    monotonicMs: () => number;
    after: () => () => void;
    advanceMinutes: (minutes: number) => void;
  } {
    let nowMs = 0;
    return {
      monotonicMs: () => nowMs,
      after: () => () => undefined,
      advanceMinutes: (minutes) => {
        nowMs += minutes * 60_000;
      },
    };
  }

  it('leaves an idle database alone', async () => {
    const clock = stillClock();
    const database = await open(tempFolder(), { clock });
    await database.maintain();
    clock.advanceMinutes(60);
    expect(await database.maintain()).toEqual({ checkpoint: false, vacuum: false });
  });

  it('writes a checkpoint and vacuums five minutes after a change, once', async () => {
    const clock = stillClock();
    const database = await open(tempFolder(), { clock });
    await database.maintain();
    await addTenant(database, 'ten_one');
    clock.advanceMinutes(4);
    expect(await database.maintain()).toEqual({ checkpoint: false, vacuum: false });
    clock.advanceMinutes(1);
    expect(await database.maintain()).toEqual({ checkpoint: true, vacuum: true });
    clock.advanceMinutes(60);
    expect(await database.maintain()).toEqual({ checkpoint: false, vacuum: false });
  });

  it('runs by itself', async () => {
    const clock = createVirtualClock();
    const database = await open(tempFolder(), { clock });
    clock.advance(15_000);
    await addTenant(database, 'ten_one');
    const before = database.syncCount();
    clock.advance(6 * 60_000);
    // A checkpoint syncs every file that changed; nothing else syncs here.
    await expect.poll(database.syncCount).toBeGreaterThan(before + 3);
  });

  it('keeps the log on disk within bounds', async () => {
    const folder = tempFolder();
    const database = await open(folder, { clock: stillClock() });
    await database.maintain();
    for (let round = 0; round < 4; round += 1) {
      await churn(database, CHURN_BYTES);
      expect(await database.maintain()).toMatchObject({ checkpoint: true });
    }
    // 4 MB each: what a round writes, what is kept for reuse, and no more.
    expect(logFiles(folder)).toBeLessThan(30);
  });
});
