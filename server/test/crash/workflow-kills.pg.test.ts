import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openPostgresDatabase } from '#platform/database/postgres-database.ts';
import { startPostgres, type PostgresRig } from '../rigs/postgres.ts';
import { workflowKills, type KillPlace } from './workflow-kills.ts';

let postgres: PostgresRig;
const folders: string[] = [];
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

async function makePlace(): Promise<KillPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-workflow-kills-'));
  const url = await postgres.url(`kills_${folders.push(folder)}`);
  return {
    place: url,
    workers: 2,
    notesPath: join(folder, 'notes'),
    openDatabase: () => openPostgresDatabase({ url }),
  };
}

describe('workflows on PostgreSQL, two workers', () => {
  workflowKills(makePlace);
});
