/** The receipts that the journal has and the database has not: from memory while that is short, else from the journal. */
import type { Journal } from '#platform/journal/port.ts';
import { KIND_RECEIPT, decodeReceipt } from './journal-records.ts';
import type { SealedReceipt } from './receipt-chain.ts';

const IN_MEMORY_MAX = 8192;

export interface FedReceipt {
  receipt: SealedReceipt;
  /** Logical offset of the journal behind it: once it is stored, nothing before is needed for its sake. */
  end: number;
}

export class ReceiptFeed {
  readonly #journal: Journal;
  #live: FedReceipt[] = [];
  /** Where in the journal the receipts begin that memory did not take; `null` when it took all. */
  #behindFrom: number | null = null;
  #lastSeq = 0;
  #takenSeq = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Number of the newest receipt that was handed in. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** How many have not been taken. */
  get pending(): number {
    return this.#lastSeq - this.#takenSeq;
  }

  /** After a start: everything in the journal up to `lastSeq` is there, the database has it up to `storedSeq`. */
  resume(storedSeq: number, lastSeq: number): void {
    this.#takenSeq = storedSeq;
    this.#lastSeq = Math.max(storedSeq, lastSeq);
    if (lastSeq > storedSeq) this.#behindFrom = 0;
  }

  push(receipt: SealedReceipt, place: { position: number; end: number }): void {
    this.#lastSeq = receipt.seq;
    if (this.#behindFrom !== null) return;
    if (this.#live.length < IN_MEMORY_MAX) this.#live.push({ receipt, end: place.end });
    else this.#behindFrom = place.position;
  }

  /** Number of the newest receipt that was taken. */
  get takenSeq(): number {
    return this.#takenSeq;
  }

  /** The next receipts in order of `seq`, at most `count`; none when nothing is left. One taker at a time. */
  async take(count: number): Promise<FedReceipt[]> {
    let taken = this.#live.splice(0, count);
    if (taken.length === 0 && this.#behindFrom !== null) taken = await this.#takeFromJournal(this.#behindFrom, count);
    this.#takenSeq = Math.max(this.#takenSeq, taken.at(-1)?.receipt.seq ?? 0);
    return taken;
  }

  async #takeFromJournal(from: number, count: number): Promise<FedReceipt[]> {
    // The journal shows what is there now; memory takes what is pushed from now on.
    const lastSeq = this.#lastSeq;
    this.#behindFrom = null;
    let stoppedAt: number | null = from;
    try {
      const { taken, end } = await this.#readJournal(from, lastSeq, count);
      stoppedAt = taken.length === count ? end : null;
      if (stoppedAt === null) this.#takenSeq = lastSeq;
      return taken;
    } finally {
      if (stoppedAt !== null) {
        this.#live = [];
        this.#behindFrom = stoppedAt;
      }
    }
  }

  async #readJournal(from: number, lastSeq: number, count: number): Promise<{ taken: FedReceipt[]; end: number }> {
    const taken: FedReceipt[] = [];
    let seq = this.#takenSeq;
    let end = from;
    for await (const record of this.#journal.read(from)) {
      const receipt = record.kind === KIND_RECEIPT ? decodeReceipt(record) : null;
      // What is behind `lastSeq` is written but not yet acknowledged: it will be pushed.
      if (receipt !== null && receipt.seq > lastSeq) break;
      end = record.end;
      // A refused and repeated receipt stands in the journal twice.
      if (receipt === null || receipt.seq <= seq) continue;
      taken.push({ receipt, end });
      seq = receipt.seq;
      if (taken.length === count) break;
    }
    return { taken, end };
  }
}
