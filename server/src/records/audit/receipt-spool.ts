/** Puts sealed receipts into the journal, in the order of their chain, whatever the disk does. */
import { AppError, type Clock } from '#kernel';
import type { Journal } from '#platform/journal/port.ts';
import { KIND_RECEIPT } from './journal-records.ts';
import type { SealedReceipt } from './receipt-chain.ts';

const RETRY_MS = 200;

export interface Place {
  position: number;
  end: number;
}

export interface ReceiptSpool {
  /**
   * Resolves once the journal has it. Rejects with `AppError('audit_unavailable')` when the journal refuses: then the
   * receipt waits in memory and goes in, before all later ones, as soon as the journal takes records again.
   */
  keep(receipt: SealedReceipt): Promise<void>;
  /** Resolves when the journal has taken or refused everything handed in before. */
  idle(): Promise<void>;
  /** How many receipts wait for the journal to take records again. */
  readonly stalled: number;
  /** How many are on their way, stalled ones included. */
  readonly pending: number;
  /** Tries once more what is stalled, and stops trying. */
  close(): Promise<void>;
}

interface SpoolDeps {
  journal: Journal;
  clock: Clock;
  /** False: the journal's write is enough, nobody waits for the disk. */
  durable: boolean;
  /** Told of each kept receipt, in order. */
  onKept(receipt: SealedReceipt, place: Place): void;
}

export function createReceiptSpool(deps: SpoolDeps): ReceiptSpool {
  return new Spool(deps);
}

class Spool implements ReceiptSpool {
  readonly #deps: SpoolDeps;
  #stalled: SealedReceipt[] = [];
  #inFlight = 0;
  #lastPut: Promise<unknown> = Promise.resolve();
  #cancelRetry: (() => void) | null = null;
  #retrying: Promise<void> | null = null;
  #closed = false;

  constructor(deps: SpoolDeps) {
    this.#deps = deps;
  }

  get stalled(): number {
    return this.#stalled.length;
  }

  get pending(): number {
    return this.#stalled.length + this.#inFlight;
  }

  async keep(receipt: SealedReceipt): Promise<void> {
    if (this.#stalled.length > 0) {
      this.#stalled.push(receipt);
      throw auditUnavailable('receipts before this one wait for the journal');
    }
    this.#inFlight += 1;
    const putting = this.#put(receipt);
    this.#lastPut = putting;
    try {
      this.#deps.onKept(receipt, await putting);
    } catch (error) {
      this.#stalled.push(receipt);
      this.#scheduleRetry();
      throw auditUnavailable('the journal refused a receipt', error);
    } finally {
      this.#inFlight -= 1;
    }
  }

  async idle(): Promise<void> {
    // The journal answers in order. `keep` hears of a refusal.
    await Promise.allSettled([this.#lastPut]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry?.();
    await this.#retry();
  }

  #put({ row }: SealedReceipt): Promise<Place> {
    const { journal, durable } = this.#deps;
    return durable ? journal.append(KIND_RECEIPT, row) : journal.write(KIND_RECEIPT, row);
  }

  #scheduleRetry(): void {
    if (!this.#closed) this.#cancelRetry ??= this.#deps.clock.after(RETRY_MS, () => void this.#retry());
  }

  /** One at a time: a receipt handed in twice would be reported twice. */
  #retry(): Promise<void> {
    this.#cancelRetry = null;
    this.#retrying ??= this.#putStalled().finally(() => {
      this.#retrying = null;
      if (this.#stalled.length > 0) this.#scheduleRetry();
    });
    return this.#retrying;
  }

  /** The journal keeps a prefix of what it is handed, so the ones that remain are the chain's end. */
  async #putStalled(): Promise<void> {
    while (this.#stalled.length > 0) {
      const batch = this.#stalled.toSorted((a, b) => a.seq - b.seq);
      const outcomes = await Promise.allSettled(batch.map((receipt) => this.#put(receipt)));
      const kept = new Set<SealedReceipt>();
      for (const [index, receipt] of batch.entries()) {
        const outcome = outcomes[index];
        if (outcome?.status !== 'fulfilled') continue;
        kept.add(receipt);
        this.#deps.onKept(receipt, outcome.value);
      }
      this.#stalled = this.#stalled.filter((receipt) => !kept.has(receipt));
      if (kept.size < batch.length) return;
    }
  }
}

export function auditUnavailable(detail: string, cause?: unknown): AppError {
  return new AppError('audit_unavailable', { detail, retryAfterSeconds: 1, ...(cause === undefined ? {} : { cause }) });
}
