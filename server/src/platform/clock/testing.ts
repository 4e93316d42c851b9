import type { Clock, Random } from '#kernel';

export interface VirtualClock extends Clock {
  /** Moves time on and runs what falls due, in order. */
  advance(ms: number): void;
}

/** A clock that stands still until it is moved. */
export function createVirtualClock(startMs = 1_700_000_000_000): VirtualClock {
  let elapsedMs = 0;
  let timers: { dueMs: number; work: () => void }[] = [];
  return {
    now: () => startMs + Math.floor(elapsedMs),
    monotonicMs: () => elapsedMs,
    after(delayMs, work) {
      const timer = { dueMs: elapsedMs + delayMs, work };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const untilMs = elapsedMs + ms;
      for (;;) {
        const [next] = timers.filter((timer) => timer.dueMs <= untilMs).toSorted((a, b) => a.dueMs - b.dueMs);
        if (!next) break;
        timers = timers.filter((timer) => timer !== next);
        elapsedMs = next.dueMs;
        next.work();
      }
      elapsedMs = untilMs;
    },
  };
}

/** A repeatable source (mulberry32): the same seed gives the same bytes. */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    fill(bytes) {
      for (let index = 0; index < bytes.length; index += 1) bytes[index] = Math.floor(next() * 256);
    },
    fraction: next,
  };
}
