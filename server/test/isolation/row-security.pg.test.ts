import { Pool } from 'pg';
import { describe } from 'vitest';
import { openPostgresDatabase } from '#platform/database/postgres-database.ts';
import { startPostgres } from '../rigs/postgres.ts';
import { type AdminDatabase, rowSecurityContract } from './row-security-contract.testing.ts';

async function openAdmin(): Promise<AdminDatabase> {
  const rig = await startPostgres();
  const database = await openPostgresDatabase({ url: await rig.url('isolation') });
  await database.migrate();
  await database.close();
  const pool = new Pool({ connectionString: rig.adminUrl('isolation'), max: 1 });
  // The pool does not wait for its last goodbye; the server may be gone before it.
  pool.on('error', () => undefined);
  const session = await pool.connect();
  session.on('error', () => undefined);
  return {
    session,
    async close() {
      session.release();
      await pool.end();
      await rig.stop();
    },
  };
}

describe('row security on PostgreSQL', () => {
  rowSecurityContract(openAdmin);
});
