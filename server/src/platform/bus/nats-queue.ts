/** Messages that this process holds for one consumer: which may be handled next, so that each aggregate keeps its order. */

/** A message as far as the queue looks at it. */
export interface Queued {
  id: string;
  /** Its place in the stream. */
  seq: number;
  aggregateKey: string;
  /** Attempts that have failed or were not heard of again. */
  failures: number;
}

export class MessageQueue<Item extends Queued> {
  readonly #monotonicMs: () => number;
  /** In the order of the stream. */
  #waiting: Item[] = [];
  readonly #running = new Map<string, Item>();
  /** Aggregate → how many of its messages are being handled. */
  readonly #busy = new Map<string, number>();
  readonly #pausedUntilMs = new Map<string, number>();

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Adds a message. One that waits here already is replaced by this newer copy; one that is being handled stays. */
  add(item: Item): void {
    if (this.#running.has(item.id)) return;
    const older = this.#waiting.findIndex(({ id }) => id === item.id);
    if (older >= 0) this.#waiting.splice(older, 1);
    this.#insert(item);
  }

  /**
   * The next messages, in order: none whose aggregate is being handled or pauses, all of which failed equally often, and
   * as many as `company` allows after so many failures. They are being handled until `done` or `retry`.
   */
  take(company: (failures: number) => number): Item[] {
    this.#endPauses();
    const taken: Item[] = [];
    const rest: Item[] = [];
    const passed = new Set<string>();
    for (const item of this.#waiting) {
      const { aggregateKey: key } = item;
      const { failures = item.failures } = taken[0] ?? {};
      const fits = item.failures === failures && taken.length < company(failures);
      const isFree = !this.#busy.has(key) && !this.#pausedUntilMs.has(key) && !passed.has(key);
      if (!fits || !isFree) passed.add(key);
      (fits && isFree ? taken : rest).push(item);
    }
    this.#waiting = rest;
    for (const item of taken) {
      this.#running.set(item.id, item);
      this.#busy.set(item.aggregateKey, (this.#busy.get(item.aggregateKey) ?? 0) + 1);
    }
    return taken;
  }

  done({ id, aggregateKey }: Item): void {
    this.#running.delete(id);
    const left = (this.#busy.get(aggregateKey) ?? 1) - 1;
    if (left <= 0) this.#busy.delete(aggregateKey);
    else this.#busy.set(aggregateKey, left);
  }

  /** Puts a message back to its place, its aggregate paused at least until `untilMs` (steady clock). */
  retry(item: Item, untilMs: number): void {
    this.done(item);
    this.#insert(item);
    const { aggregateKey: key } = item;
    this.#pausedUntilMs.set(key, Math.max(untilMs, this.#pausedUntilMs.get(key) ?? 0));
  }

  /** Ms until a pause ends, `null` where nothing pauses. */
  untilDue(): number | null {
    if (this.#pausedUntilMs.size === 0) return null;
    return Math.max(0, Math.ceil(Math.min(...this.#pausedUntilMs.values()) - this.#monotonicMs()));
  }

  *all(): Iterable<Item> {
    yield* this.#running.values();
    yield* this.#waiting;
  }

  /** Nearly always at the end. */
  #insert(item: Item): void {
    let place = this.#waiting.length;
    while (place > 0 && (this.#waiting[place - 1]?.seq ?? 0) > item.seq) place -= 1;
    this.#waiting.splice(place, 0, item);
  }

  #endPauses(): void {
    const nowMs = this.#monotonicMs();
    for (const [key, untilMs] of this.#pausedUntilMs) if (untilMs <= nowMs) this.#pausedUntilMs.delete(key);
  }
}
