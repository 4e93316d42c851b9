import { Pool } from 'pg';
import { describe } from 'vitest';
import { startPostgres } from '../../../test/rigs/postgres.ts';
import { type EmptyDatabase, schemaContract } from './schema-contract.testing.ts';

async function openEmpty(): Promise<EmptyDatabase> {
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
}

describe('migrations on PostgreSQL', () => {
  schemaContract(openEmpty);
});
