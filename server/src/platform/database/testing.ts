import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDataFolder } from './data-folder-lock.ts';
import { openPgliteDatabase, type PgliteDatabase } from './pglite-database.ts';
import { ensurePrepared } from './prepare-template.ts';

/** A fresh embedded database with the newest schema, in a folder of its own that `close` removes. */
export async function openTestDatabase(): Promise<PgliteDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-database-'));
  const lock = lockDataFolder(folder);
  const database = await openPgliteDatabase({ lock, template: await ensurePrepared() });
  await database.migrate();
  return {
    ...database,
    async close() {
      await database.close();
      lock.release();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
