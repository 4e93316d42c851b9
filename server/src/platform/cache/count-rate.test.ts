import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countInBucket, countInWindow, type BucketState, type WindowState } from './count-rate.ts';

const steps = fc.array(fc.record({ waitMs: fc.nat(400), cost: fc.integer({ min: 0, max: 4 }) }), { maxLength: 60 });

/** What was admitted, and when. */
interface Admitted {
  atMs: number;
  cost: number;
}

function sumBetween(admitted: readonly Admitted[], fromMs: number, untilMs: number): number {
  return admitted.filter(({ atMs }) => atMs > fromMs && atMs <= untilMs).reduce((sum, { cost }) => sum + cost, 0);
}

it('a window never admits more than its maximum in any span of its length', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 3, max: 900 }), (history, max, windowMs) => {
      let state: WindowState | null = null;
      let nowMs = 1_700_000_000_000;
      const admitted: Admitted[] = [];
      for (const { waitMs, cost } of history) {
        nowMs += waitMs;
        const count = countInWindow({ type: 'window', max, windowMs }, state, cost, nowMs);
        state = count.state;
        if (count.allowed) admitted.push({ atMs: nowMs, cost });
        expect(sumBetween(admitted, nowMs - windowMs, nowMs)).toBeLessThanOrEqual(max);
        if (count.retryAfterMs === null) expect(cost).toBeGreaterThan(max);
        else {
          const later = countInWindow({ type: 'window', max, windowMs }, state, cost, nowMs + count.retryAfterMs);
          if (!count.allowed) expect(later.allowed).toBe(true);
        }
      }
    }),
  );
});

it('a bucket never gives more than it held and what flowed in', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 50 }), (history, capacity, pace) => {
      const limit = { type: 'bucket', capacity, refillPerSecond: pace } as const;
      let state: BucketState | null = null;
      let nowMs = 0;
      const admitted: Admitted[] = [];
      for (const { waitMs, cost } of history) {
        nowMs += waitMs;
        const count = countInBucket(limit, state, cost, nowMs);
        state = count.state;
        if (count.allowed) admitted.push({ atMs: nowMs, cost });
        for (const { atMs } of admitted) {
          const given = sumBetween(admitted, atMs - 0.5, nowMs);
          expect(given).toBeLessThanOrEqual(capacity + ((nowMs - atMs) * pace) / 1000 + 1e-6);
        }
        if (!count.allowed && count.retryAfterMs !== null) {
          expect(countInBucket(limit, state, cost, nowMs + count.retryAfterMs).allowed).toBe(true);
          expect(countInBucket(limit, state, cost, nowMs + count.retryAfterMs - 2).allowed).toBe(false);
        }
      }
    }),
  );
});

it('a state that may be forgotten says the same as none', () => {
  const limit = { type: 'bucket', capacity: 5, refillPerSecond: 2 } as const;
  const { state, forgetAfterMs } = countInBucket(limit, null, 4, 1000);
  expect(forgetAfterMs).toBe(2000);
  expect(countInBucket(limit, state, 0, 1000 + forgetAfterMs).state).toBeNull();
  const window = { type: 'window', max: 3, windowMs: 1000 } as const;
  const used = countInWindow(window, null, 3, 1000);
  expect(countInWindow(window, used.state, 3, 1000 + used.forgetAfterMs).allowed).toBe(true);
});

it('a clock that is set back gives nothing and stops nothing', () => {
  const limit = { type: 'bucket', capacity: 5, refillPerSecond: 10 } as const;
  const empty = countInBucket(limit, null, 5, 1_000_000).state;
  const back = countInBucket(limit, empty, 1, 10);
  expect(back.allowed).toBe(false);
  expect(countInBucket(limit, back.state, 1, 110).allowed).toBe(true);
});
