/**
 * The fsynced segment journal: records appended in order, each with a checksum; what `append` acknowledged
 * survives a power cut, what `write` returned from survives a crash of the process.
 */
export { JournalFullError, JournalWriteError } from './journal-errors.ts';

export interface JournalRecord {
  /** What the payload is; the journal does not look inside. 0–254. */
  kind: number;
  payload: Uint8Array;
  /** Logical byte offset of the record; grows for ever, over segments and restarts. */
  position: number;
  /** Logical byte offset just behind the record: where reading goes on. */
  end: number;
}

export interface Journal {
  /**
   * Hands records to the operating system. Resolves when the write call has returned, grouped with whatever else is
   * waiting in the same turn of the event loop. Rejects with `JournalFullError` at the bound, and with
   * `JournalWriteError` when the disk refuses; nothing of a refused record stays in the file. A refusal takes along
   * everything that waits at that moment and everything handed in before the rejections have been seen, so the records
   * that are kept are always a prefix of those handed in.
   */
  write(kind: number, payload: Uint8Array | string): Promise<{ position: number; end: number }>;
  /**
   * Like `write`, and resolves only once `fdatasync` has returned (group commit). Where the sync itself fails, the
   * rejected record may still be read later: whoever hands it in again must know it by its content.
   */
  append(kind: number, payload: Uint8Array | string): Promise<{ position: number; end: number }>;
  /** The records from `position` on (default: the oldest kept) up to what is written now. */
  read(position?: number): AsyncIterable<JournalRecord>;
  /** Logical offset of the next record. */
  readonly end: number;
  /** Deletes whole segments that lie before `position`. */
  prune(position: number): Promise<void>;
  /** Bytes between the oldest kept record and the end. */
  readonly bytes: number;
  /** The bound on `bytes`. */
  readonly bytesMax: number;
  /** What recovery found and cut off at the last open: bytes of a torn tail, 0 when clean. */
  readonly tornBytes: number;
  /** Resolves to `null` when healthy, else to what is wrong. */
  check(): Promise<string | null>;
  close(): Promise<void>;
}
