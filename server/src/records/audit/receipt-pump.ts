/** Moves receipts from the feed into the database: at once when idle, in large batches under load. */
import { AppError, type Clock, type Job } from '#kernel';
import type { Log } from '#platform/telemetry/port.ts';
import type { FedReceipt, ReceiptFeed } from './receipt-feed.ts';

/**
 * Under load a batch gathers so long, or until it is full: small batches cost several times as much, and take the CPU
 * from calls. Whoever reads receipts does not wait for it: see `flush`.
 */
const GATHER_MS = 250;
const BATCH_RECEIPTS = 1024;
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 5000;

export interface ReceiptPump extends Job {
  /** To be called when the feed has more. */
  wake(): void;
  /**
   * Resolves when all that is in the feed now has been stored, without waiting for a batch to gather. Rejects with
   * `AppError('database_unavailable')` when storing fails.
   */
  flush(): Promise<void>;
  /** What keeps it from storing, `null` when nothing does. */
  readonly fault: string | null;
}

interface PumpDeps {
  name: string;
  feed: ReceiptFeed;
  clock: Clock;
  log: Log;
  /** Stores a batch whole or not at all. */
  store(batch: readonly FedReceipt[]): Promise<void>;
  /** Runs after each stored batch, before the next. */
  onStored(last: FedReceipt): Promise<void> | void;
}

export function createReceiptPump(deps: PumpDeps): ReceiptPump {
  return new Pump(deps);
}

class Pump implements ReceiptPump {
  readonly name: string;
  /** The feed is this process's own. */
  readonly role = 'every';
  readonly #deps: PumpDeps;
  #running = false;
  #work: Promise<void> | null = null;
  #cancelTimer: (() => void) | null = null;
  #batch: readonly FedReceipt[] = [];
  #storedSeq = 0;
  #lastStartMs = -Infinity;
  #retryMs = RETRY_MS_MIN;
  #fault: string | null = null;
  #waiters: { seq: number; resolve(): void; reject(error: Error): void }[] = [];

  constructor(deps: PumpDeps) {
    this.name = deps.name;
    this.#deps = deps;
  }

  get fault(): string | null {
    return this.#fault;
  }

  start(): void {
    this.#running = true;
    this.wake();
  }

  async stop(): Promise<void> {
    this.#cancel();
    try {
      await this.flush();
    } catch (error) {
      // Nothing is lost: the next start reads them from the journal.
      this.#deps.log.warn({ error: String(error) }, 'receipts stay in the journal until the next start');
    }
    this.#running = false;
    this.#cancel();
    await this.#work;
  }

  wake(): void {
    if (!this.#running || this.#work !== null || this.#fault !== null) return;
    const { feed, clock } = this.#deps;
    if (feed.pending >= BATCH_RECEIPTS || this.#waiters.length > 0) return this.#run();
    if (feed.pending === 0 || this.#cancelTimer !== null) return;
    const waitMs = this.#lastStartMs + GATHER_MS - clock.monotonicMs();
    if (waitMs <= 0) this.#run();
    else this.#runAfter(waitMs);
  }

  flush(): Promise<void> {
    const { feed } = this.#deps;
    const seq = feed.lastSeq;
    if (feed.pending === 0 && this.#work === null && this.#batch.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ seq, resolve, reject });
      if (this.#work === null) this.#run();
    });
  }

  #runAfter(delayMs: number): void {
    this.#cancelTimer = this.#deps.clock.after(delayMs, () => {
      this.#cancelTimer = null;
      if (this.#work === null) this.#run();
    });
  }

  #cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #run(): void {
    this.#cancel();
    this.#work = this.#storeAll().finally(() => {
      this.#work = null;
      if (this.#fault !== null && this.#running) this.#runAfter(this.#retryMs);
      else this.wake();
    });
  }

  /** Until nothing that somebody waits for, and no full batch, is left. */
  async #storeAll(): Promise<void> {
    const { feed, clock } = this.#deps;
    do {
      this.#lastStartMs = clock.monotonicMs();
      if (!(await this.#storeBatch())) return;
    } while (feed.pending >= BATCH_RECEIPTS || (feed.pending > 0 && this.#waiters.length > 0));
  }

  /** False where the database did not take it; the batch is kept for the next attempt. */
  async #storeBatch(): Promise<boolean> {
    const { feed, store, onStored } = this.#deps;
    try {
      if (this.#batch.length === 0) this.#batch = await feed.take(BATCH_RECEIPTS);
      const last = this.#batch.at(-1);
      if (last !== undefined) await store(this.#batch);
      this.#batch = [];
      this.#storedSeq = feed.takenSeq;
      this.#noteSuccess();
      if (last !== undefined) await onStored(last);
      return true;
    } catch (error) {
      this.#noteFailure(error);
      return false;
    }
  }

  #noteSuccess(): void {
    this.#fault = null;
    this.#retryMs = RETRY_MS_MIN;
    const isServed = ({ seq }: { seq: number }): boolean => seq <= this.#storedSeq;
    const served = this.#waiters.filter(isServed);
    this.#waiters = this.#waiters.filter((waiter) => !isServed(waiter));
    for (const waiter of served) waiter.resolve();
  }

  #noteFailure(error: unknown): void {
    if (this.#fault === null)
      this.#deps.log.error({ error: String(error) }, 'receipts wait: the database does not take them');
    this.#fault = `the database does not take receipts: ${String(error)}`;
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX);
    const unavailable = error instanceof AppError ? error : new AppError('database_unavailable', { cause: error });
    for (const waiter of this.#waiters.splice(0)) waiter.reject(unavailable);
  }
}
