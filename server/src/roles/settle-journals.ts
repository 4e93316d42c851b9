/** Journals that no running ledger has open: what a crash or another way of running left in them goes to the database. */
import { join } from 'node:path';
import { openDirectLedger, openEmbeddedLedger, type Recovery } from '#audit';
import type { Clock, IdSource } from '#kernel';
import { lockDataFolder, type DataFolderLock } from '../platform/database/data-folder-lock.ts';
import type { Database } from '../platform/database/port.ts';
import { openJournal } from '../platform/journal/segment-journal.ts';
import type { Log } from '../platform/telemetry/port.ts';
import type { Environment } from './environment.ts';
import { listWorkerFolders } from './worker-folders.ts';

export interface SettlingInputs {
  database: Database;
  log: Log;
  clock: Clock;
  ids: IdSource;
}

/** Settles the calls that the folder's journal has open, and sees that the database has every receipt of it. */
export async function settleJournal({ folder }: DataFolderLock, inputs: SettlingInputs): Promise<Recovery> {
  const open = inputs.database.engine === 'pglite' ? openEmbeddedLedger : openDirectLedger;
  const journal = openJournal({ folder: join(folder, 'journal') });
  try {
    const ledger = open({ ...inputs, journal, durability: 'acknowledged' });
    try {
      const recovery = await ledger.recover();
      await ledger.ledger.settled();
      return recovery;
    } finally {
      await ledger.close();
    }
  } finally {
    await journal.close();
  }
}

/**
 * Settles the journals of workers that are no more: with fewer of them than before nobody else would open these. For the
 * process that has the data folder itself, on PostgreSQL.
 */
export async function settleFormerWorkers(environment: Environment, inputs: SettlingInputs): Promise<void> {
  const { dataDir, processDir, shape } = environment;
  if (inputs.database.engine === 'pglite' || processDir !== dataDir) return;
  for (const { worker, path } of listWorkerFolders(dataDir)) {
    if (worker <= shape.workers) continue;
    const lock = lockDataFolder(path);
    try {
      const recovery = await settleJournal(lock, inputs);
      if (recovery.assumed + recovery.waiting === 0) continue;
      inputs.log.warn({ worker, ...recovery }, 'a former worker left calls, which are settled now');
    } finally {
      lock.release();
    }
  }
}
