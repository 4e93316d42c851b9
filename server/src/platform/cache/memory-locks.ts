import type { Clock } from '#kernel';
import { createExpiringMap, type ExpiringMap } from './expiring-map.ts';
import { checkTtl, lockKey } from './keys.ts';
import type { HeldLock, Locks } from './port.ts';

/** Locks of this process. A lock does not outlive it, and neither does whoever held it; fences grow over restarts too. */
export function createMemoryLocks(clock: Clock): Locks {
  const held = createExpiringMap<symbol>(clock);
  let lastFence = 0;
  return {
    async acquire(scope, name, ttlMs) {
      const key = lockKey(scope, name);
      checkTtl(ttlMs);
      const remainingMs = held.restMs(key);
      if (remainingMs !== null) return { type: 'held', remainingMs: Math.ceil(remainingMs) };
      lastFence = Math.max(lastFence + 1, clock.now() * 1000);
      return { type: 'acquired', lock: holdLock({ held, key, clock }, lastFence, ttlMs) };
    },
  };
}

interface Place {
  held: ExpiringMap<symbol>;
  key: string;
  clock: Clock;
}

function holdLock({ held, key, clock }: Place, fence: number, firstTtlMs: number): HeldLock {
  const holder = Symbol(key);
  let validUntilMs = 0;
  const hold = (ttlMs: number): void => {
    validUntilMs = clock.monotonicMs() + ttlMs;
    held.set(key, holder, ttlMs);
  };
  hold(firstTtlMs);
  return {
    fence,
    get validUntilMs() {
      return validUntilMs;
    },
    async renew(ttlMs) {
      checkTtl(ttlMs);
      if (held.get(key) !== holder) return 'lost';
      hold(ttlMs);
      return 'renewed';
    },
    async release() {
      if (held.get(key) !== holder) return 'lost';
      held.delete(key);
      return 'released';
    },
  };
}
