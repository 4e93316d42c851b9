/** So long a statement keeps its core at a stretch. */
const STINT_MS = 0.5;
/** The kernel makes some 0.1 ms of it; whoever waits for the core has it meanwhile. */
const REST_MS = 0.01;

interface Thread {
  nowMs(): number;
  sleep(ms: number): void;
}

/**
 * Lets a long statement rest for a moment now and then. Linux leaves a thread that wakes behind one that computes there
 * for up to 4 ms, though another core may be free; a thread that sleeps makes room at once. So calls wait less for the
 * database, whose thread computes for longer than any other.
 */
export class CoreShare {
  readonly #thread: Thread;
  /** No rest before the first statement: the engine starts, and calls wait for that. */
  #sinceMs = Infinity;

  constructor(thread: Thread = ownThread()) {
    this.#thread = thread;
  }

  /** A statement begins; its thread has just slept. */
  begin(): void {
    this.#sinceMs = this.#thread.nowMs();
  }

  /** To be called wherever the statement can stand still, the more often the better. */
  rest(): void {
    if (this.#thread.nowMs() - this.#sinceMs < STINT_MS) return;
    this.#thread.sleep(REST_MS);
    this.begin();
  }
}

function ownThread(): Thread {
  const cell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  return { nowMs: () => performance.now(), sleep: (ms) => void Atomics.wait(cell, 0, 0, ms) };
}
