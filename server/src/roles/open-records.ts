/** Chooses the engines: PGlite with the journal in front, or PostgreSQL with the journal beside it. */
import { join } from 'node:path';
import { openDirectLedger, openEmbeddedLedger } from '#audit';
import type { Clock, IdSource } from '#kernel';
import type { DataFolderLock } from '../platform/database/data-folder-lock.ts';
import { openPgliteDatabase } from '../platform/database/pglite-database.ts';
import type { Database } from '../platform/database/port.ts';
import { openPostgresDatabase } from '../platform/database/postgres-database.ts';
import { openJournal } from '../platform/journal/segment-journal.ts';
import type { Log, Telemetry } from '../platform/telemetry/port.ts';
import type { Config } from './config.ts';
import type { Environment } from './environment.ts';

export function openDatabase({ databaseUrl }: Environment, lock: DataFolderLock, log: Log): Promise<Database> {
  if (databaseUrl !== null) return openPostgresDatabase({ url: databaseUrl, log });
  const onColdStart = (): void => log.info({}, 'no prepared data folder: making one, which takes some seconds');
  return openPgliteDatabase({ lock, onColdStart });
}
