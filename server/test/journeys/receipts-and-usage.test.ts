import { sql } from 'kysely';
import { lockDataFolder } from '#platform/database/data-folder-lock.ts';
import { openPgliteDatabase } from '#platform/database/pglite-database.ts';
import { describeReceiptsAndUsage } from './receipts-and-usage.ts';

describeReceiptsAndUsage('the embedded database', async () => ({
  async tamper({ dataDir }, statement) {
    const lock = lockDataFolder(dataDir);
    const database = await openPgliteDatabase({ lock });
    await database.asRole('operator', async (tx) => {
      await sql`reset role`.execute(tx);
      await sql.raw(statement).execute(tx);
    });
    await database.close();
    lock.release();
  },
}));
