/** Chooses the engines: PGlite with the journal in front, or PostgreSQL with the journal beside it; memory, or Redis. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDirectLedger, openEmbeddedLedger, type OpenLedger } from '#audit';
import { hasCode, type Clock, type IdSource, type Random } from '#kernel';
import { METRICS } from '@reeve/contracts';
import { openMemoryState } from '../platform/cache/open-memory.ts';
import { openRedisState } from '../platform/cache/open-redis.ts';
import type { SharedState } from '../platform/cache/port.ts';
import type { DataFolderLock } from '../platform/database/data-folder-lock.ts';
import { openPgliteDatabase } from '../platform/database/pglite-database.ts';
import { findUnfinishedMove } from '../platform/database/move-store.ts';
import type { Database } from '../platform/database/port.ts';
import { openPostgresDatabase } from '../platform/database/postgres-database.ts';
import { openJournal } from '../platform/journal/segment-journal.ts';
import type { Log, Telemetry } from '../platform/telemetry/port.ts';
import type { Closing } from './closing.ts';
import type { Config } from './config.ts';
import type { Environment } from './environment.ts';

export function openDatabase({ databaseUrl }: Environment, lock: DataFolderLock, log: Log): Promise<Database> {
  if (databaseUrl !== null) return openPostgresDatabase({ url: databaseUrl });
  const onColdStart = (): void => log.info({}, 'no prepared data folder: making one, which takes some seconds');
  return openPgliteDatabase({ lock, onColdStart });
}

/** A start that would show half of somebody's data as if it were all. */
class HalfMovedError extends Error {}

/** Throws where a move into this database broke off. */
export async function refuseHalfMoved(database: Database): Promise<void> {
  if (database.engine === 'pglite') return;
  const startedAt = await database.asRole('operator', findUnfinishedMove);
  if (startedAt === null) return;
  throw new HalfMovedError(
    `A move into this database began at ${startedAt} and is not finished. Run \`reeve move\` again on the data folder ` +
      'that it comes from: it goes on where it broke off.',
  );
}

interface SharedInputs {
  clock: Clock;
  random: Random;
  log: Log;
}

export async function openSharedState({ redisUrl }: Environment, inputs: SharedInputs): Promise<SharedState> {
  return redisUrl === null ? openMemoryState(inputs.clock) : openRedisState({ url: redisUrl, ...inputs });
}

interface LedgerInputs {
  config: Config;
  lock: DataFolderLock;
  database: Database;
  telemetry: Telemetry;
  clock: Clock;
  ids: IdSource;
  closing: Closing;
}

/** Opens the journal and the receipt log over it, and settles what a crash left open. */
export async function openLedger(inputs: LedgerInputs): Promise<OpenLedger> {
  const { config, lock, database, telemetry, clock, ids, closing } = inputs;
  const { log, metrics } = telemetry;
  const journal = openJournal({ folder: join(lock.folder, 'journal'), onSynced: metrics.journalSynced });
  closing.onClose('the journal', () => journal.close());
  metrics.gauge(METRICS.journalBytes, 'Bytes that the journal keeps.', () => journal.bytes);
  const open = database.engine === 'pglite' ? openEmbeddedLedger : openDirectLedger;
  const ledger = open({ database, journal, ids, clock, log, durability: config.durability });
  closing.onClose('the receipt log', () => ledger.close());
  const recovery = await ledger.recover();
  const note = recovery.tornBytes > 0 || recovery.assumed > 0 ? log.warn : log.debug;
  note({ ...recovery }, 'the receipt log is recovered');
  return ledger;
}

/** A name for this data folder's process, the same after a restart. */
export function readInstanceName(lock: DataFolderLock, ids: IdSource): string {
  const path = join(lock.folder, 'instance.id');
  const known = readWhereThere(path);
  // A power cut or a full disk leaves the file without its text.
  if (known !== '') return known;
  const name = ids.next('writer');
  writeFileSync(path, name, { mode: 0o600, flush: true });
  return name;
}

function readWhereThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    return '';
  }
}
