import { Client } from 'pg';
import { afterAll } from 'vitest';
import { startPostgres, type PostgresRig } from '../rigs/postgres.ts';
import { describeReceiptsAndUsage } from './receipts-and-usage.ts';

let postgres: PostgresRig | null = null;

describeReceiptsAndUsage('PostgreSQL', async () => {
  postgres = await startPostgres();
  const databaseUrl = await postgres.url('receipts_and_usage');
  return {
    databaseUrl,
    async tamper(_home, statement) {
      const client = new Client({ connectionString: databaseUrl });
      await client.connect();
      await client.query(statement);
      await client.end();
    },
  };
});

afterAll(async () => postgres?.stop());
