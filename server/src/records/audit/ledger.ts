/** What the request path needs of the receipt log; `records/audit` implements it over the journal. */
import type { ReceiptBody } from '@reeve/contracts';

/** A receipt before the log gives it its place in the writer's chain. */
export type ReceiptDraft = Omit<ReceiptBody, 'seq' | 'prev_hash' | 'writer_id'>;

/** Free labels of a call, kept beside the receipt and never in its hash. */
export type Tags = Readonly<Record<string, string>>;

export interface CommittedReceipt {
  /** Lower-case hex SHA-256 of the receipt's canonical form. */
  hash: string;
}

export interface Ledger {
  /**
   * Writes down, before anything is dispatched, the receipt that stands if this process dies: status `assumed`, tokens
   * and cost at their bound. Survives a crash of the process. Rejects with `AppError('audit_unavailable')`.
   */
  openIntent(assumed: ReceiptDraft, tags: Tags): Promise<void>;
  /**
   * Settles: appends the receipt to the writer's chain and closes its intent. With `acknowledged` durability it resolves
   * once the disk (or PostgreSQL) has it; with `relaxed` once the operating system has it, on PostgreSQL at once. Rejects
   * with `AppError('audit_unavailable')`.
   */
  commit(draft: ReceiptDraft, tags: Tags): Promise<CommittedReceipt>;
  /** Resolves when every receipt committed before this call can be read from the database. */
  settled(): Promise<void>;
}
