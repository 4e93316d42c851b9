import { afterAll } from 'vitest';
import { startPostgres, type PostgresRig } from '../rigs/postgres.ts';
import { describeKeysAndTenants } from './keys-and-tenants.ts';

let postgres: PostgresRig | null = null;

describeKeysAndTenants('PostgreSQL', async () => {
  postgres = await startPostgres();
  return postgres.url('keys_and_tenants');
});

afterAll(async () => postgres?.stop());
