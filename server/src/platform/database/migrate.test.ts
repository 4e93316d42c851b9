import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from './migrate.ts';
import type { Migration } from './migrations.ts';
import { type Engine, startEngine } from './pglite-database.ts';
import { ensurePrepared } from './prepare-template.ts';
import { withSession } from './sessions.ts';

const step = (name: string, up: string, down: string): Migration => ({ name, up, down, checksum: `sum of ${up}` });

const one = step('0001_one', 'create table one (n int)', 'drop table one');
const two = step('0002_two', 'create table two (n int); insert into two values (1)', 'drop table two');
/** Steps of the real list make the partitions; here stand-ins have the functions' names. */
const last = step(
  '0003_last',
  `create function reeve_ensure_receipt_partitions(n int) returns int language sql return n;
   create function reeve_ensure_event_partitions(n int) returns int language sql return n`,
  'drop function reeve_ensure_receipt_partitions(int), reeve_ensure_event_partitions(int)',
);
const all = [one, two, last];

let folder: string;
let engine: Engine;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reeve-migrate-'));
  cpSync(await ensurePrepared(), join(folder, 'database'), { recursive: true });
  engine = await startEngine(join(folder, 'database'), { syncing: false });
});
beforeEach(() =>
  withSession(engine.connect, (session) => session.query('drop schema public cascade; create schema public')),
);
afterAll(async () => {
  await engine.stop();
  rmSync(folder, { recursive: true, force: true });
});

const tables = (): Promise<string[]> =>
  withSession(engine.connect, async (session) => {
    const { rows } = await session.query(
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname`,
    );
    return rows.map(({ relname }) => String(relname));
  });

describe('migrate', () => {
  it('goes up, down to a step, up again, and does nothing twice', async () => {
    expect(await migrate(engine.connect, all)).toEqual(['0001_one', '0002_two', '0003_last']);
    expect(await migrate(engine.connect, all)).toEqual([]);
    expect(await migrate(engine.connect, all, '0001_one')).toEqual(['0003_last', '0002_two']);
    expect(await tables()).toEqual(['one', 'schema_migration']);
    expect(await migrate(engine.connect, all, '')).toEqual(['0001_one']);
    expect(await tables()).toEqual(['schema_migration']);
    expect(await migrate(engine.connect, all)).toEqual(['0001_one', '0002_two', '0003_last']);
  });

  it('leaves nothing of a step that fails', async () => {
    const broken = step('0002_two', 'create table two (n int); select 1 / 0', 'drop table two');
    await expect(migrate(engine.connect, [one, broken, last])).rejects.toThrow('0002_two failed: division by zero');
    expect(await tables()).toEqual(['one', 'schema_migration']);
    expect(await migrate(engine.connect, all)).toEqual(['0002_two', '0003_last']);
  });

  it('refuses a step that was changed after it had been applied', async () => {
    await migrate(engine.connect, all);
    const changed = step('0001_one', 'create table one (n bigint)', 'drop table one');
    await expect(migrate(engine.connect, [changed, two, last])).rejects.toThrow('0001_one was changed after');
  });

  it('refuses a schema that is newer than the program', async () => {
    await migrate(engine.connect, all);
    await expect(migrate(engine.connect, [one, two])).rejects.toThrow('0003_last, which this version');
  });

  it('refuses a target that it does not know', async () => {
    await expect(migrate(engine.connect, all, '0009_none')).rejects.toThrow('no migration named 0009_none');
  });
});
