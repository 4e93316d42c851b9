import { afterAll } from 'vitest';
import { startPostgres, type PostgresRig } from '../rigs/postgres.ts';
import { describeIdempotency } from './idempotency.ts';

let postgres: PostgresRig | null = null;

describeIdempotency('postgres', async () => {
  postgres = await startPostgres();
  return postgres.url('idempotency');
});

afterAll(async () => postgres?.stop());
