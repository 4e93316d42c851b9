import { Pool } from 'pg';
import { afterAll } from 'vitest';
import { startPostgres, type PostgresRig } from '../rigs/postgres.ts';
import { describeConversations } from './conversations.ts';

let postgres: PostgresRig | null = null;

describeConversations('PostgreSQL', async () => {
  const rig = await startPostgres();
  postgres = rig;
  return {
    databaseUrl: await rig.url('conversations'),
    async openAdmin() {
      const pool = new Pool({ connectionString: rig.adminUrl('conversations'), max: 1 });
      pool.on('error', () => undefined);
      const session = await pool.connect();
      return {
        session,
        async close() {
          session.release();
          await pool.end();
        },
      };
    },
  };
});

afterAll(async () => postgres?.stop());
