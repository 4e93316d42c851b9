/** `reeve move`: what the data folder holds goes into PostgreSQL, compared and verified; the folder stays as it is. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TABLES } from '@reeve/contracts';
import { verifyAllChains } from '#audit';
import { createIdSource } from '#kernel';
import { createSystemRandom, systemClock } from '../platform/clock/system-clock.ts';
import { lockDataFolder, type DataFolderLock } from '../platform/database/data-folder-lock.ts';
import { moveDatabase, type MoveOutcome, type MoveProgress } from '../platform/database/move-database.ts';
import { openPgliteDatabase } from '../platform/database/pglite-database.ts';
import { openPostgresDatabase } from '../platform/database/postgres-database.ts';
import type { Log } from '../platform/telemetry/port.ts';
import { readInstanceName } from './open-records.ts';
import { settleJournal } from './settle-journals.ts';

export interface Move {
  dataDir: string;
  /** `postgres://…` of the database to move into. */
  url: string;
  onProgress(progress: Progress): void;
}

export type Progress = MoveProgress | { step: 'verify'; table: 'receipt'; rows: number; total: number };

export type MoveResult = (MoveOutcome & { chains: number; receipts: number }) | { type: 'nothing-here' };

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Moves, or goes on with a move that broke off. Rejects with `DataFolderBusyError` beside a running server. */
export async function moveToPostgres({ dataDir, url, onProgress }: Move): Promise<MoveResult> {
  if (!existsSync(join(dataDir, 'database'))) return { type: 'nothing-here' };
  const lock = lockDataFolder(dataDir);
  try {
    const sourceId = await settleSource(lock);
    const books = { chains: 0, receipts: 0 };
    let receipts = 0;
    const outcome = await moveDatabase({
      lock,
      url,
      sourceId,
      tables: TABLES,
      onProgress(progress) {
        if (progress.table === 'receipt' && progress.step === 'copy') receipts = progress.total;
        onProgress(progress);
      },
      verify: () =>
        verifyBooks(url, books, (rows) => onProgress({ step: 'verify', table: 'receipt', rows, total: receipts })),
    });
    return { ...outcome, ...books };
  } finally {
    lock.release();
  }
}

/** What a start of the server would do too: the schema is the newest, and the table has what the journal has. */
async function settleSource(lock: DataFolderLock): Promise<string> {
  const ids = createIdSource(systemClock, createSystemRandom());
  const database = await openPgliteDatabase({ lock });
  try {
    await database.migrate();
    await settleJournal(lock, { database, log: silent, clock: systemClock, ids });
    return readInstanceName(lock, ids);
  } finally {
    await database.close();
  }
}

/** Walks every chain of receipts in the new database. */
async function verifyBooks(
  url: string,
  books: { chains: number; receipts: number },
  onReceipts: (checked: number) => void,
): Promise<string[]> {
  const database = await openPostgresDatabase({ url });
  try {
    const reports = await database.asRole('operator', (tx) => verifyAllChains(tx, onReceipts));
    books.chains = reports.length;
    books.receipts = reports.reduce((sum, report) => sum + report.receipts, 0);
    return reports.flatMap(({ head, faults }) =>
      faults.map(({ seq, what }) => `receipt ${seq} of ${head.writerId}: ${what}`),
    );
  } finally {
    await database.close();
  }
}
