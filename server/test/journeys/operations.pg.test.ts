import { afterAll } from 'vitest';
import { startPostgres, type PostgresRig } from '../rigs/postgres.ts';
import { describeOperations } from './operations.ts';

let postgres: PostgresRig | null = null;

describeOperations('PostgreSQL', async () => {
  postgres = await startPostgres();
  return postgres.url('operations');
});

afterAll(async () => postgres?.stop());
