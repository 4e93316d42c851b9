import { afterAll } from 'vitest';
import { startPostgres, type PostgresRig } from '../rigs/postgres.ts';
import { describeWebhooks } from './webhooks.ts';

let postgres: PostgresRig | null = null;

describeWebhooks('PostgreSQL', async () => {
  postgres = await startPostgres();
  return postgres.url('webhooks');
});

afterAll(async () => postgres?.stop());
