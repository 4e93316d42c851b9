/** What a ledger is opened with, and what comes out. */
import type { Clock, IdSource, ModulePlugin } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import type { Journal } from '#platform/journal/port.ts';
import type { Log } from '#platform/telemetry/port.ts';
import type { Ledger } from './ledger.ts';

export interface LedgerOptions {
  database: Database;
  /** Opened before and closed after the ledger, by whoever opened it. */
  journal: Journal;
  ids: IdSource;
  clock: Clock;
  log: Log;
  /** `relaxed`: a commit does not wait for the disk; a power cut may lose the last 50 ms, on PostgreSQL a crash too. */
  durability: 'acknowledged' | 'relaxed';
  /** The journal is pruned each time that so much has gathered. */
  upkeepStepBytes?: number;
}

/** What was put right at the start. */
export interface Recovery {
  /** Calls that a crash cut off, now settled as `assumed`. */
  assumed: number;
  /** Receipts that the journal has and the database has yet to get. */
  waiting: number;
  /** Bytes of a torn tail that the journal cut off. */
  tornBytes: number;
}

export interface OpenLedger {
  ledger: Ledger;
  plugin: ModulePlugin;
  /** Once, before calls are served: finds the chain's head and settles what a crash left open. */
  recover(): Promise<Recovery>;
  /** Stores everything that was committed. Nothing may be committed afterwards. */
  close(): Promise<void>;
}
