/** Protects the process: how many calls run at once, how many may wait, and for how long. */
import type { Clock } from '#kernel';

export interface CapacityLimits {
  inFlight: number;
  queued: number;
  queueWaitMs: number;
}

export const DEFAULT_CAPACITY: CapacityLimits = { inFlight: 4096, queued: 4096, queueWaitMs: 10_000 };

export interface Capacity {
  /** `entered` holds a place until `leave`; the rest are refusals. */
  enter(signal: AbortSignal): 'entered' | Promise<CapacityVerdict>;
  leave(): void;
  /** From now on every call is refused as draining; those waiting too. */
  drain(): void;
  readonly inFlight: number;
  /** How many calls wait for a place. */
  readonly queued: number;
  /** Resolves when no call runs. */
  whenIdle(): Promise<void>;
}

export type CapacityVerdict = 'entered' | 'overloaded' | 'draining' | 'aborted';

interface Waiter {
  settle(verdict: CapacityVerdict): void;
}

export function createCapacity(limits: CapacityLimits, clock: Clock): Capacity {
  const queue = new Set<Waiter>();
  let inFlight = 0;
  let draining = false;
  let idleWaiters: (() => void)[] = [];

  return {
    enter(signal) {
      if (draining) return Promise.resolve('draining');
      if (inFlight < limits.inFlight) {
        inFlight += 1;
        return 'entered';
      }
      if (queue.size >= limits.queued) return Promise.resolve('overloaded');
      return wait(signal);
    },
    leave() {
      const [next] = queue;
      if (next !== undefined) return next.settle('entered');
      inFlight -= 1;
      if (inFlight > 0) return;
      for (const done of idleWaiters) done();
      idleWaiters = [];
    },
    drain() {
      draining = true;
      for (const waiter of queue) waiter.settle('draining');
    },
    get inFlight() {
      return inFlight;
    },
    get queued() {
      return queue.size;
    },
    whenIdle() {
      if (inFlight === 0) return Promise.resolve();
      return new Promise((resolve) => void idleWaiters.push(resolve));
    },
  };

  function wait(signal: AbortSignal): Promise<CapacityVerdict> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        settle(verdict) {
          queue.delete(waiter);
          cancelTimer();
          signal.removeEventListener('abort', onAbort);
          resolve(verdict);
        },
      };
      const onAbort = (): void => waiter.settle('aborted');
      const cancelTimer = clock.after(limits.queueWaitMs, () => waiter.settle('overloaded'));
      signal.addEventListener('abort', onAbort, { once: true });
      queue.add(waiter);
    });
  }
}
