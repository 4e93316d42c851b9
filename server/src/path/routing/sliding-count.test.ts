import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../platform/clock/testing.ts';
import { createSlidingCount } from './sliding-count.ts';

describe('sliding-count', () => {
  it('counts what was added in the last ten slots, after any pauses', () => {
    const steps = fc.array(fc.oneof(fc.constant('add'), fc.nat({ max: 25_000 })), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (taken) => {
        const clock = createVirtualClock();
        const count = createSlidingCount(clock, 10_000);
        const slots: number[] = [];
        for (const step of taken) {
          if (step === 'add') {
            count.add();
            slots.push(Math.floor(clock.monotonicMs() / 1_000));
          } else clock.advance(Number(step));
          const oldest = Math.floor(clock.monotonicMs() / 1_000) - 9;
          expect(count.total()).toBe(slots.filter((slot) => slot >= oldest).length);
        }
        count.clear();
        expect(count.total()).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
