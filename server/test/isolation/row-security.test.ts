import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '#platform/database/pglite-database.ts';
import { ensurePrepared } from '#platform/database/prepare-template.ts';
import { describeRowSecurity } from './row-security-contract.ts';

describeRowSecurity('row security on PGlite', async () => {
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
});
