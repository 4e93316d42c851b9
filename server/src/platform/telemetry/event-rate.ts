/** How often something happened lately. */
import type { Clock } from '#kernel';

const SLOT_MS = 10_000;
const SLOTS = 30;

export interface EventRate {
  count(): void;
  /** Events per second over the last five minutes, to within ten seconds. */
  perSecond(): number;
}

export function createEventRate(clock: Clock): EventRate {
  const slots = new Float64Array(SLOTS);
  let newest = Math.floor(clock.monotonicMs() / SLOT_MS);

  function moveOn(): void {
    const now = Math.floor(clock.monotonicMs() / SLOT_MS);
    for (let slot = Math.max(newest + 1, now - SLOTS + 1); slot <= now; slot += 1) slots[slot % SLOTS] = 0;
    newest = now;
  }

  return {
    count() {
      moveOn();
      const slot = newest % SLOTS;
      slots[slot] = (slots[slot] ?? 0) + 1;
    },
    perSecond() {
      moveOn();
      return slots.reduce((sum, events) => sum + events, 0) / ((SLOTS * SLOT_MS) / 1000);
    },
  };
}
