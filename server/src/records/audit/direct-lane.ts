/** One group commit after the other, so that receipts reach PostgreSQL in the order of their chain. */
import type { Log } from '#platform/telemetry/port.ts';
import type { SealedReceipt } from './receipt-chain.ts';

const GROUP_MAX = 512;

export interface DirectLane {
  /** Resolves when PostgreSQL, or in its absence the journal, has the receipt. */
  commit(receipt: SealedReceipt): Promise<void>;
  /** Resolves when no group commit is on its way. */
  settled(): Promise<void>;
  /** To be called when PostgreSQL has taken receipts from the spool: the direct way opens once that is empty. */
  resume(): void;
}

interface LaneDeps {
  log: Log;
  store(receipts: readonly SealedReceipt[]): Promise<void>;
  onStored(receipts: readonly SealedReceipt[]): Promise<void>;
  spool: {
    keep(receipt: SealedReceipt): Promise<void>;
    idle(): Promise<void>;
    /** Resolves when PostgreSQL has all that the spool took. */
    drain(): Promise<void>;
    isEmpty(): boolean;
  };
}

interface Waiting {
  receipt: SealedReceipt;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * `direct`: groups go to PostgreSQL. `spooling`: receipts go to the journal. `closing`: PostgreSQL is back, receipts wait
 * until the rest of the spool, which comes before them in the chain, is stored.
 */
type LaneState = 'direct' | 'spooling' | 'closing';

export function createDirectLane(deps: LaneDeps): DirectLane {
  return new Lane(deps);
}

class Lane implements DirectLane {
  readonly #deps: LaneDeps;
  #state: LaneState = 'direct';
  #queue: Waiting[] = [];
  #running: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  constructor(deps: LaneDeps) {
    this.#deps = deps;
  }

  commit(receipt: SealedReceipt): Promise<void> {
    if (this.#state === 'direct' && this.#running === null && !this.#deps.spool.isEmpty()) this.#state = 'spooling';
    if (this.#state === 'spooling') return this.#deps.spool.keep(receipt);
    return new Promise((resolve, reject) => {
      this.#queue.push({ receipt, resolve, reject });
      if (this.#state === 'direct') this.#run();
    });
  }

  async settled(): Promise<void> {
    await this.#closing;
    await this.#running;
  }

  resume(): void {
    if (this.#state !== 'spooling') return;
    this.#state = 'closing';
    this.#closing = this.#closeSpool();
  }

  async #closeSpool(): Promise<void> {
    const { spool, log } = this.#deps;
    try {
      await spool.idle();
      await spool.drain();
    } catch (error) {
      log.warn({ error: String(error) }, 'PostgreSQL went away again');
    }
    if (!spool.isEmpty()) return this.#spoolAll([]);
    this.#state = 'direct';
    log.info({}, 'PostgreSQL takes receipts again');
    this.#run();
  }

  #run(): void {
    this.#running ??= this.#commitAll().finally(() => {
      this.#running = null;
      // What came after the last look at the queue.
      if (this.#queue.length > 0 && this.#state === 'direct') this.#run();
    });
  }

  async #commitAll(): Promise<void> {
    const { onStored, log } = this.#deps;
    while (this.#queue.length > 0) {
      const group = this.#queue.splice(0, GROUP_MAX);
      const receipts = group.map(({ receipt }) => receipt);
      try {
        await this.#deps.store(receipts);
      } catch (error) {
        log.error({ error: String(error) }, 'PostgreSQL does not take receipts: the journal takes them');
        this.#spoolAll(group);
        return;
      }
      for (const { resolve } of group) resolve();
      await onStored(receipts);
    }
  }

  /** Whether a failed group was committed is unknown; stored again, what is there already stays as it is. */
  #spoolAll(group: readonly Waiting[]): void {
    this.#state = 'spooling';
    for (const { receipt, resolve, reject } of [...group, ...this.#queue.splice(0)]) {
      this.#deps.spool.keep(receipt).then(resolve, reject);
    }
  }
}
