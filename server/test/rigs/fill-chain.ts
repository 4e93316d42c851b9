/** Fills an embedded store with receipts that verify, through the ledger itself. */
import { join } from 'node:path';
import { openEmbeddedLedger } from '#audit';
import { createIdSource } from '#kernel';
import { createSystemRandom, systemClock } from '#platform/clock/system-clock.ts';
import { lockDataFolder } from '#platform/database/data-folder-lock.ts';
import { openPgliteDatabase } from '#platform/database/pglite-database.ts';
import { openJournal } from '#platform/journal/segment-journal.ts';
import { makeDraft } from '../../src/records/audit/testing.ts';

const AT_ONCE = 2_000;

/** Commits `count` calls that never were, in the chain of the data folder's writer. No server may run on it. */
export async function fillChain(dataDir: string, count: number): Promise<void> {
  const lock = lockDataFolder(dataDir);
  const database = await openPgliteDatabase({ lock });
  await database.migrate();
  const journal = openJournal({ folder: join(lock.folder, 'journal'), bytesMax: 4 * 1024 ** 3 });
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const ids = createIdSource(systemClock, createSystemRandom());
  const ledger = openEmbeddedLedger({ database, journal, ids, clock: systemClock, log, durability: 'relaxed' });
  await ledger.recover();
  for (const job of ledger.plugin.jobs ?? []) job.start();
  for (let left = count; left > 0; left -= AT_ONCE) {
    const drafts = Array.from({ length: Math.min(left, AT_ONCE) }, () => makeDraft());
    await Promise.all(drafts.map((draft) => ledger.ledger.commit(draft, {})));
    await ledger.ledger.settled();
  }
  for (const job of ledger.plugin.jobs ?? []) await job.stop();
  await ledger.close();
  await journal.close();
  await database.close();
  lock.release();
}
