import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { startEngine } from '#platform/database/pglite-database.ts';
import { ensurePrepared } from '#platform/database/prepare-template.ts';
import { type AdminDatabase, rowSecurityContract } from './row-security-contract.testing.ts';

async function openAdmin(): Promise<AdminDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-isolation-'));
  cpSync(await ensurePrepared(), join(folder, 'database'), { recursive: true });
  const engine = await startEngine(join(folder, 'database'), { syncing: false });
  const session = await engine.connect();
  return {
    session,
    async close() {
      session.release();
      await engine.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describe('row security on PGlite', () => {
  rowSecurityContract(openAdmin);
});
