import { afterAll } from 'vitest';
import { startPostgres, type PostgresRig } from '../rigs/postgres.ts';
import { describeKillUnderLoad } from './kill-under-load.ts';

let postgres: PostgresRig | null = null;

describeKillUnderLoad('PostgreSQL', async () => {
  postgres = await startPostgres({ fsync: true });
  return postgres.url('kill_under_load');
});

afterAll(async () => postgres?.stop());
