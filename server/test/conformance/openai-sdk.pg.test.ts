import { afterAll } from 'vitest';
import { startPostgres, type PostgresRig } from '../rigs/postgres.ts';
import { describeSdkConformance } from './openai-sdk.ts';

let postgres: Promise<PostgresRig> | null = null;
let databases = 0;

describeSdkConformance('PostgreSQL', async () => {
  postgres ??= startPostgres();
  databases += 1;
  return (await postgres).url(`sdk_${databases}`);
});

afterAll(async () => (await postgres)?.stop());
