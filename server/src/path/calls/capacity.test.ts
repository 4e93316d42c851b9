import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '#platform/clock/testing.ts';
import { createCapacity } from './capacity.ts';

const limits = { inFlight: 2, queued: 1, queueWaitMs: 1000 };
const forever = new AbortController().signal;

function full() {
  const clock = createVirtualClock();
  const capacity = createCapacity(limits, clock);
  expect([capacity.enter(forever), capacity.enter(forever)]).toEqual(['entered', 'entered']);
  return { clock, capacity };
}

describe('createCapacity', () => {
  it('lets a waiting call in when a running one leaves', async () => {
    const { capacity } = full();
    const waiting = capacity.enter(forever);
    capacity.leave();
    expect(await waiting).toBe('entered');
    expect(capacity.inFlight).toBe(2);
  });

  it('refuses when the queue is full, and whoever waited too long', async () => {
    const { clock, capacity } = full();
    const waiting = capacity.enter(forever);
    expect(await capacity.enter(forever)).toBe('overloaded');
    clock.advance(limits.queueWaitMs);
    expect(await waiting).toBe('overloaded');
  });

  it('gives up the place of a caller who went away while waiting', async () => {
    const { capacity } = full();
    const caller = new AbortController();
    const waiting = capacity.enter(caller.signal);
    caller.abort();
    expect(await waiting).toBe('aborted');
    const next = capacity.enter(forever);
    capacity.leave();
    expect(await next).toBe('entered');
  });

  it('refuses everybody while draining, those who wait too', async () => {
    const { capacity } = full();
    const waiting = capacity.enter(forever);
    capacity.drain();
    expect(await waiting).toBe('draining');
    expect(await capacity.enter(forever)).toBe('draining');
    capacity.leave();
    capacity.leave();
    expect(capacity.inFlight).toBe(0);
  });

  it('never runs more than it may, over any order of comings and goings', async () => {
    const capacity = createCapacity({ ...limits, queued: 50 }, createVirtualClock());
    let entered = 0;
    const asks = Array.from({ length: 40 }, async () => {
      if ((await capacity.enter(forever)) !== 'entered') return;
      entered += 1;
      expect(capacity.inFlight).toBeLessThanOrEqual(limits.inFlight);
      await Promise.resolve();
      capacity.leave();
    });
    await Promise.all(asks);
    expect([entered, capacity.inFlight]).toEqual([40, 0]);
  });
});
