import { Pool } from 'pg';
import { startPostgres } from '../../../test/rigs/postgres.ts';
import { describeMigrations } from './schema-contract.ts';

describeMigrations('migrations on PostgreSQL', async () => {
  const rig = await startPostgres();
  const pool = new Pool({ connectionString: await rig.url('migrations'), max: 1 });
  // The pool does not wait for its last goodbye; the server may be gone before it.
  pool.on('error', () => undefined);
  return {
    connect: () => pool.connect(),
    async close() {
      await pool.end();
      await rig.stop();
    },
  };
});
