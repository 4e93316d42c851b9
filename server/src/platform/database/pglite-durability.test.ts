import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectUnavailable } from './database-contract.testing.ts';
import { lockDataFolder } from './data-folder-lock.ts';
import { openPgliteDatabase, startEngine } from './pglite-database.ts';
import { addTenant, open, tempFolder, tenantCount } from './pglite-database.testing.ts';
import { ensurePrepared } from './prepare-template.ts';
import { withSession } from './sessions.ts';

/** A small disk can be mounted by root only; elsewhere the full disk is not tried. */
function mayMount(): boolean {
  return process.getuid?.() === 0 && existsSync('/proc/mounts');
}

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

  it('hands the disk what nobody waits for in small portions, so that nothing stands behind a large one', async () => {
    const database = await open(tempFolder());
    const MIB = 1024 * 1024;
    const before = database.syncCount();
    for (let index = 0; index < 16; index += 1) {
      await database.asRole(
        'operator',
        (tx) =>
          sql`insert into idempotency_key (tenant_id, key_hash, fingerprint, state, owner, body, created_at, locked_until, expires_at)
            values ('t', ${`${index}`}, 'f', 'running', 'o', ${randomBytes(MIB)}, now(), now(), now())`.execute(tx),
        { sync: false },
      );
    }
    // Each is written twice, to the log and to the table. PostgreSQL by itself syncs 16 times.
    expect(database.syncCount() - before).toBeGreaterThanOrEqual(32);
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

  it.skipIf(!mayMount())(
    'stops on a full disk, keeps what was acknowledged, and goes on when there is space',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'reeve-small-disk-'));
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', folder]);
      onTestFinished(() => {
        execFileSync('umount', [folder]);
        rmdirSync(folder);
      });
      const ballast = join(folder, 'ballast');
      writeFileSync(ballast, Buffer.alloc(8 * 1024 * 1024));
      const lock = lockDataFolder(folder);
      const database = await openPgliteDatabase({ lock, template: await ensurePrepared() });
      await database.migrate();
      let acknowledged = 0;
      const fill = async (): Promise<never> => {
        for (;;) {
          await database.asRole('operator', (tx) =>
            sql`insert into tenant (id, name) values (${`ten_${acknowledged}`}, ${`${acknowledged}`})`.execute(tx),
          );
          acknowledged += 1;
          await database.asRole('operator', (tx) =>
            sql`insert into idempotency_key (tenant_id, key_hash, fingerprint, state, owner, body, created_at, locked_until, expires_at)
              values ('t', ${`${acknowledged}`}, 'f', 'running', 'o', ${randomBytes(200_000)}, now(), now(), now())`.execute(
              tx,
            ),
          );
        }
      };
      await expectUnavailable(fill());
      expect(acknowledged).toBeGreaterThan(3);
      rmSync(ballast);
      expect(await tenantCount(database)).toBeGreaterThanOrEqual(acknowledged);
      await addTenant(database, 'ten_after');
      await database.close();
      lock.release();
    },
  );
});
