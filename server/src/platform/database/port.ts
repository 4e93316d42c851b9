/**
 * The door to the relational store: one dialect, two engines (PGlite in a worker thread, PostgreSQL).
 * A query can only be written inside a transaction that says for whom it runs.
 */
import type { Transaction } from 'kysely';
import type { Scope } from '#kernel';

/** A transaction; each store narrows it to its own tables with `tx.withTables<OwnTables>()`. */
export type Tx = Transaction<Record<never, never>>;

/**
 * Roles beside the tenant's own (`reeve_app`): `ledger` inserts receipts and reads nothing; `projector` reads
 * receipts of all tenants and writes projections; `operator` authenticates, administers tenants and recovers.
 */
export type SystemRole = 'ledger' | 'projector' | 'operator';

export interface Database {
  readonly engine: 'pglite' | 'postgres';
  /** One transaction as `reeve_app` with the scope's tenant set: row security shows this tenant's rows only. */
  forTenant<T>(scope: Pick<Scope, 'tenantId'>, work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * One transaction as a system role. `sync: false` lets the commit return before the disk has it: a crash may lose the
   * last of them, never one before another that is kept. Only for what is simply done once more when it is lost, from a
   * source that is durable: projections, events that move on.
   */
  asRole<T>(role: SystemRole, work: (tx: Tx) => Promise<T>, options?: { sync?: boolean }): Promise<T>;
  /**
   * Calls back for each notification on `channel`, from any process. An empty payload says that notices may have been
   * lost: the connection broke just now, or stands again. The answer stops it.
   */
  listen(channel: string, onNotice: (payload: string) => void): Promise<() => Promise<void>>;
  /** How many sessions of whichever process listen on `channel` now. */
  countListeners(channel: string): Promise<number>;
  /** Resolves to `null` when the store answers, else to what is wrong. */
  check(): Promise<string | null>;
  /** Brings the schema to the newest migration (or down to `target`). Returns the names of the steps taken. */
  migrate(target?: string): Promise<string[]>;
  close(): Promise<void>;
}
