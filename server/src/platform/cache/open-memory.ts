import type { Clock } from '#kernel';
import { createMemoryCache } from './memory-cache.ts';
import { createMemoryLimits } from './memory-limits.ts';
import { createMemoryLocks } from './memory-locks.ts';
import type { SharedState } from './port.ts';

/** Everything in this process: right for one process, and for one only. */
export function openMemoryState(clock: Clock): SharedState {
  return {
    cache: createMemoryCache(clock),
    limits: createMemoryLimits(clock),
    locks: createMemoryLocks(clock),
    health: [],
    close: () => undefined,
  };
}
