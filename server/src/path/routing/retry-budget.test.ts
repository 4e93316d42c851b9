import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../platform/clock/testing.ts';
import { createRetryBudget, RETRY_RULES } from './retry-budget.ts';

describe('retry-budget', () => {
  it('lets a quiet server retry a little, and a busy one a tenth', () => {
    const budget = createRetryBudget(createVirtualClock());
    budget.noteRequest();
    const quiet = Array.from({ length: 30 }, () => budget.takeRetry()).filter(Boolean);
    expect(quiet).toHaveLength(RETRY_RULES.floor);
    for (let count = 0; count < 999; count += 1) budget.noteRequest();
    const busy = Array.from({ length: 500 }, () => budget.takeRetry()).filter(Boolean);
    expect(busy).toHaveLength(100 - RETRY_RULES.floor);
  });

  it('never gives more than the share of the window’s requests, or the floor', () => {
    const steps = fc.array(fc.oneof(fc.constant('request'), fc.constant('retry'), fc.nat({ max: 4_000 })), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(steps, (taken) => {
        const clock = createVirtualClock();
        const budget = createRetryBudget(clock);
        const requests: number[] = [];
        const retries: number[] = [];
        const recent = (times: readonly number[]): number => {
          const oldest = Math.floor(clock.monotonicMs() / 1_000) - 9;
          return times.filter((ms) => Math.floor(ms / 1_000) >= oldest).length;
        };
        for (const step of taken) {
          if (typeof step === 'number') clock.advance(step);
          else if (step === 'request') {
            budget.noteRequest();
            requests.push(clock.monotonicMs());
          } else {
            const allowed = Math.max(RETRY_RULES.floor, recent(requests) * RETRY_RULES.share);
            const given = budget.takeRetry();
            expect(given).toBe(recent(retries) + 1 <= allowed);
            if (given) retries.push(clock.monotonicMs());
          }
        }
      }),
    );
  });
});
