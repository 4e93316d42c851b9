import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { startEngine } from './pglite-database.ts';
import { ensurePrepared } from './prepare-template.ts';
import { type EmptyDatabase, schemaContract } from './schema-contract.testing.ts';
import { withSession } from './sessions.ts';

async function openEmpty(): Promise<EmptyDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-migrations-'));
  cpSync(await ensurePrepared(), join(folder, 'database'), { recursive: true });
  const engine = await startEngine(join(folder, 'database'), { syncing: false });
  await withSession(engine.connect, (session) => session.query('drop schema public cascade; create schema public'));
  return {
    connect: engine.connect,
    async close() {
      await engine.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describe('migrations on PGlite', () => {
  schemaContract(openEmpty);
});
