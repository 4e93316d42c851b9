import type { Clock } from '#kernel';
import {
  checkLimit,
  countInBucket,
  countInWindow,
  type BucketState,
  type Count,
  type WindowState,
} from './count-rate.ts';
import { createExpiringMap, type ExpiringMap } from './expiring-map.ts';
import { checkTtl, limitKey } from './keys.ts';
import type { CountedBy, Limits, Place, RateVerdict } from './port.ts';

/** Counts in this process. `countedBy` says for whom: for everyone, or for itself while the shared count is away. */
export function createMemoryLimits(clock: Clock, countedBy: CountedBy = 'shared'): Limits {
  const buckets = createExpiringMap<BucketState>(clock);
  const windows = createExpiringMap<WindowState>(clock);
  // The holders of places, each until its own end.
  const rooms = createExpiringMap<Map<symbol, number>>(clock);

  const keep = <State>(map: ExpiringMap<State>, key: string, count: Count<State>): RateVerdict => {
    if (count.state === null) map.delete(key);
    else map.set(key, count.state, count.forgetAfterMs);
    const { allowed, remaining, retryAfterMs } = count;
    return allowed
      ? { type: 'allowed', countedBy, remaining }
      : { type: 'limited', countedBy, remaining, retryAfterMs };
  };
  return {
    async take(scope, name, limit, cost = 1) {
      checkLimit(limit, cost);
      const key = limitKey(scope, name, limit.type);
      const nowMs = clock.monotonicMs();
      return limit.type === 'bucket'
        ? keep(buckets, key, countInBucket(limit, buckets.get(key) ?? null, cost, nowMs))
        : keep(windows, key, countInWindow(limit, windows.get(key) ?? null, cost, nowMs));
    },
    async enter(scope, name, { max, ttlMs }) {
      checkTtl(ttlMs);
      const key = limitKey(scope, name, 'places');
      const holders = dropGone(rooms.get(key) ?? new Map(), clock.monotonicMs());
      if (holders.size >= max) return { type: 'full', countedBy };
      const place = createPlace({ rooms, key, ttlMs, clock }, holders);
      return { type: 'entered', countedBy, place };
    },
  };
}

interface Room {
  rooms: ExpiringMap<Map<symbol, number>>;
  key: string;
  ttlMs: number;
  clock: Clock;
}

function createPlace({ rooms, key, ttlMs, clock }: Room, holders: Map<symbol, number>): Place {
  const holder = Symbol('place');
  const stay = (): void => {
    holders.set(holder, clock.monotonicMs() + ttlMs);
    rooms.set(key, holders, Math.max(ttlMs, rooms.restMs(key) ?? 0));
  };
  stay();
  return {
    async renew() {
      dropGone(holders, clock.monotonicMs());
      const here = holders.has(holder);
      if (here) stay();
      return here;
    },
    async leave() {
      holders.delete(holder);
      // Once the time of all was over, others have begun a room of their own.
      if (holders.size === 0 && rooms.get(key) === holders) rooms.delete(key);
    },
  };
}

function dropGone(holders: Map<symbol, number>, nowMs: number): Map<symbol, number> {
  for (const [holder, endsMs] of holders) if (endsMs <= nowMs) holders.delete(holder);
  return holders;
}
