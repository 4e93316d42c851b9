import type { Clock } from '#kernel';

const SWEEP_AT_LEAST = 1024;

/** A map whose entries end. What has ended is swept whenever the map has doubled, so it holds at most twice what lives. */
export interface ExpiringMap<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value, ttlMs: number): void;
  delete(key: string): void;
  /** `null` where there is none. */
  restMs(key: string): number | null;
  readonly size: number;
}

/** By the steady clock: a wall clock that jumps ends nothing early. */
export function createExpiringMap<Value>(clock: Clock): ExpiringMap<Value> {
  const entries = new Map<string, { value: Value; endsMs: number }>();
  let sweepAt = SWEEP_AT_LEAST;

  const find = (key: string): { value: Value; endsMs: number } | undefined => {
    const entry = entries.get(key);
    if (entry === undefined || entry.endsMs > clock.monotonicMs()) return entry;
    entries.delete(key);
    return undefined;
  };
  const sweep = (): void => {
    for (const key of entries.keys()) find(key);
    sweepAt = Math.max(SWEEP_AT_LEAST, entries.size * 2);
  };
  return {
    get: (key) => find(key)?.value,
    set(key, value, ttlMs) {
      entries.set(key, { value, endsMs: clock.monotonicMs() + ttlMs });
      if (entries.size >= sweepAt) sweep();
    },
    delete: (key) => void entries.delete(key),
    restMs(key) {
      const entry = find(key);
      return entry === undefined ? null : entry.endsMs - clock.monotonicMs();
    },
    get size() {
      return entries.size;
    },
  };
}
