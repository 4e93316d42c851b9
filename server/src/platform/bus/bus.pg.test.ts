import { describe } from 'vitest';
import { startPostgres } from '../../../test/rigs/postgres.ts';
import { openPostgresDatabase } from '../database/postgres-database.ts';
import { busContract } from './bus-contract.testing.ts';

describe('the bus inside PostgreSQL', () => {
  busContract(async () => {
    const rig = await startPostgres();
    const database = await openPostgresDatabase({ url: await rig.url('bus') });
    await database.migrate();
    return {
      database,
      natsUrl: null,
      async close() {
        await database.close();
        await rig.stop();
      },
    };
  });
});
