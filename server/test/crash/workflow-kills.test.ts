import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { lockDataFolder } from '#platform/database/data-folder-lock.ts';
import { openPgliteDatabase } from '#platform/database/pglite-database.ts';
import { ensurePrepared } from '#platform/database/prepare-template.ts';
import { workflowKills, type KillPlace } from './workflow-kills.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function makePlace(): Promise<KillPlace> {
  await ensurePrepared();
  const folder = mkdtempSync(join(tmpdir(), 'reeve-workflow-kills-'));
  folders.push(folder);
  return {
    place: folder,
    workers: 1,
    notesPath: join(folder, 'notes'),
    async openDatabase() {
      const lock = lockDataFolder(folder);
      const database = await openPgliteDatabase({ lock });
      return { ...database, close: () => database.close().then(() => lock.release()) };
    },
  };
}

describe('workflows on PGlite', () => {
  workflowKills(makePlace);
});
