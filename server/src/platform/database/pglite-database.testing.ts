/** What the tests of the embedded database share: folders that go away and databases that close with the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { onTestFinished } from 'vitest';
import { lockDataFolder } from './data-folder-lock.ts';
import { openPgliteDatabase, type PgliteDatabase, type PgliteOptions } from './pglite-database.ts';
import type { Database } from './port.ts';
import { ensurePrepared } from './prepare-template.ts';

/** A folder that is removed when the test ends. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-pglite-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens the folder, and closes it when the test ends if the test has not done so. */
export async function open(folder: string, options: Omit<PgliteOptions, 'lock'> = {}): Promise<PgliteDatabase> {
  const lock = lockDataFolder(folder);
  const database = await openPgliteDatabase({ lock, template: await ensurePrepared(), ...options });
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => (closing ??= database.close().finally(() => lock.release()));
  onTestFinished(close);
  await database.migrate();
  return { ...database, close };
}

export function addTenant(database: Database, id: string, sync = true): Promise<unknown> {
  const statement = sql`insert into tenant (id, name) values (${id}, ${id})`;
  return database.asRole('operator', (tx) => statement.execute(tx), { sync });
}

export function tenantCount(database: Database): Promise<number> {
  return database.asRole('operator', async (tx) => {
    const { rows } = await sql<{ count: number }>`select count(*) as count from tenant`.execute(tx);
    return rows[0]?.count ?? -1;
  });
}
