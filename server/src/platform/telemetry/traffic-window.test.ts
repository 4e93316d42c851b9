import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TrafficWindow } from './traffic-window.ts';

const STEP_MS = 1_000;
const STEPS = 10;
const create = (nowMs = 0) => new TrafficWindow({ stepMs: STEP_MS, steps: STEPS, nowMs });
const call = (seconds: number, failed = false) => ({ failed, seconds, inputTokens: 3, outputTokens: 5 });

describe('TrafficWindow', () => {
  it('counts each call in the step in which it ended, and forgets a step when its turn comes round', () => {
    const window = create();
    window.add(500, call(0.1));
    window.add(1_500, call(0.1, true));
    window.add(1_600, call(0.1));
    const requests = (nowMs: number): number[] => window.list(nowMs).map((step) => step.requests);
    expect(requests(1_700)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
    expect(requests(9_999)).toEqual([1, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(requests(10_000)).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(window.sum(10_000)).toMatchObject({ requests: 2, errors: 1, inputTokens: 6, outputTokens: 10 });
    expect(window.sum(11_000).requests).toBe(0);
    expect(window.isIdle(11_000)).toBe(true);
  });

  it('is empty after a pause of any length, and counts on', () => {
    const window = create();
    window.add(0, call(0.1));
    window.add(1e9, call(0.1));
    expect(window.sum(1e9).requests).toBe(1);
  });

  it('sums the newest steps only, where so many are asked for', () => {
    const window = create();
    for (let step = 0; step < STEPS; step += 1) window.add(step * STEP_MS, call(0.1));
    expect(window.sum(9_500, 3).requests).toBe(3);
  });

  it('has no quantile of nothing, and takes times beyond its last bucket', () => {
    const window = create();
    expect(window.sum(0)).toMatchObject({ p50Ms: null, p95Ms: null, p99Ms: null });
    window.add(0, call(1e9));
    expect(window.sum(0).p50Ms).toBeGreaterThan(60_000);
  });

  it('gives quantiles that are right to within a fifth, whatever the times are', () => {
    const times = fc.array(fc.double({ min: 0.002, max: 200, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(times, (seconds) => {
        const window = create();
        for (const one of seconds) window.add(0, call(one));
        const sorted = seconds.toSorted((a, b) => a - b);
        const { p50Ms, p95Ms, p99Ms } = window.sum(0);
        for (const [told, share] of [
          [p50Ms, 0.5],
          [p95Ms, 0.95],
          [p99Ms, 0.99],
        ] as const) {
          const exactMs = (sorted[Math.ceil(share * sorted.length) - 1] ?? 0) * 1_000;
          expect(told).toBeGreaterThan(exactMs * 0.8);
          expect(told).toBeLessThan(exactMs * 1.2 + 0.1);
        }
      }),
    );
  });
});
