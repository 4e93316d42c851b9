/** Counts of finished calls in steps of equal length over the last while, with their times in a histogram for each step. */

/** Steps of a factor of 2^(1/4) from 1 ms on, so that a quantile is right to within a tenth; the last has no bound. */
const BUCKETS_PER_OCTAVE = 4;
const BUCKETS = 74;
const [REQUESTS, ERRORS, INPUT, OUTPUT, FIRST_BUCKET] = [0, 1, 2, 3, 4];
const WIDTH = FIRST_BUCKET + BUCKETS;

export interface FinishedCall {
  failed: boolean;
  seconds: number;
  inputTokens: number;
  outputTokens: number;
}

/** Sums over some steps. Times are ms, `null` where nothing was counted. */
export interface TrafficSums {
  requests: number;
  errors: number;
  inputTokens: number;
  outputTokens: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

export class TrafficWindow {
  readonly stepMs: number;
  readonly steps: number;
  readonly #cells: Uint32Array;
  #newest: number;

  constructor({ stepMs, steps, nowMs }: { stepMs: number; steps: number; nowMs: number }) {
    this.stepMs = stepMs;
    this.steps = steps;
    this.#cells = new Uint32Array(steps * WIDTH);
    this.#newest = Math.floor(nowMs / stepMs);
  }

  add(nowMs: number, { failed, seconds, inputTokens, outputTokens }: FinishedCall): void {
    this.#moveOn(nowMs);
    const cells = this.#cells;
    const at = (this.#newest % this.steps) * WIDTH;
    cells[at + REQUESTS] = (cells[at + REQUESTS] ?? 0) + 1;
    if (failed) cells[at + ERRORS] = (cells[at + ERRORS] ?? 0) + 1;
    cells[at + INPUT] = (cells[at + INPUT] ?? 0) + inputTokens;
    cells[at + OUTPUT] = (cells[at + OUTPUT] ?? 0) + outputTokens;
    const bucket = at + FIRST_BUCKET + bucketOf(seconds * 1000);
    cells[bucket] = (cells[bucket] ?? 0) + 1;
  }

  /** Whether nothing was counted within the window. */
  isIdle(nowMs: number): boolean {
    this.#moveOn(nowMs);
    return this.sum(nowMs).requests === 0;
  }

  /** The newest `count` steps together, the running one included. */
  sum(nowMs: number, count: number = this.steps): TrafficSums {
    this.#moveOn(nowMs);
    const total = new Float64Array(WIDTH);
    for (let step = this.#newest - count + 1; step <= this.#newest; step += 1) this.#addStep(total, step);
    return toSums(total);
  }

  /** Each step on its own, the oldest first; the last one still runs. */
  list(nowMs: number): TrafficSums[] {
    this.#moveOn(nowMs);
    return Array.from({ length: this.steps }, (_, index) => {
      const total = new Float64Array(WIDTH);
      this.#addStep(total, this.#newest - this.steps + 1 + index);
      return toSums(total);
    });
  }

  #addStep(total: Float64Array, step: number): void {
    const at = (((step % this.steps) + this.steps) % this.steps) * WIDTH;
    for (let index = 0; index < WIDTH; index += 1) total[index] = (total[index] ?? 0) + (this.#cells[at + index] ?? 0);
  }

  /** Empties the steps whose turn came round again. */
  #moveOn(nowMs: number): void {
    const now = Math.floor(nowMs / this.stepMs);
    for (let step = Math.max(this.#newest + 1, now - this.steps + 1); step <= now; step += 1) {
      const at = (step % this.steps) * WIDTH;
      this.#cells.fill(0, at, at + WIDTH);
    }
    this.#newest = Math.max(this.#newest, now);
  }
}

function bucketOf(ms: number): number {
  if (!(ms > 1)) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log2(ms) * BUCKETS_PER_OCTAVE));
}

function toSums(total: Float64Array): TrafficSums {
  const read = (index: number): number => total[index] ?? 0;
  const requests = read(REQUESTS);
  const quantile = (share: number): number | null => {
    if (requests === 0) return null;
    let left = share * requests;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      const counted = read(FIRST_BUCKET + bucket);
      if (counted >= left && counted > 0) return interpolate(bucket, left / counted);
      left -= counted;
    }
    return upperBound(BUCKETS - 1);
  };
  return {
    requests,
    errors: read(ERRORS),
    inputTokens: read(INPUT),
    outputTokens: read(OUTPUT),
    p50Ms: quantile(0.5),
    p95Ms: quantile(0.95),
    p99Ms: quantile(0.99),
  };
}

const upperBound = (bucket: number): number => 2 ** (bucket / BUCKETS_PER_OCTAVE);

/** Calls of a bucket lie evenly in it, as far as anybody knows; to a tenth of a ms. */
function interpolate(bucket: number, share: number): number {
  const low = bucket === 0 ? 0 : upperBound(bucket - 1);
  return Math.round((low + (upperBound(bucket) - low) * share) * 10) / 10;
}
