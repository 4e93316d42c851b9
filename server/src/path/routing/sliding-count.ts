import type { Clock } from '#kernel';

export interface SlidingCount {
  add(): void;
  /** How many were added within the window; the oldest tenth of it fades as a whole. */
  total(): number;
  clear(): void;
}

const SLOTS = 10;

/** Counts over the last `windowMs`, in ten slots of equal length. */
export function createSlidingCount(clock: Clock, windowMs: number): SlidingCount {
  const counts = new Float64Array(SLOTS);
  const slotMs = windowMs / SLOTS;
  let newest = Math.floor(clock.monotonicMs() / slotMs);
  let sum = 0;

  /** Empties the slots whose time came round again. */
  function moveOn(): number {
    const now = Math.floor(clock.monotonicMs() / slotMs);
    for (let slot = Math.max(newest + 1, now - SLOTS + 1); slot <= now; slot += 1) {
      sum -= counts[slot % SLOTS] ?? 0;
      counts[slot % SLOTS] = 0;
    }
    newest = now;
    return now % SLOTS;
  }
  return {
    add() {
      const slot = moveOn();
      counts[slot] = (counts[slot] ?? 0) + 1;
      sum += 1;
    },
    total() {
      moveOn();
      return sum;
    },
    clear() {
      counts.fill(0);
      sum = 0;
    },
  };
}
