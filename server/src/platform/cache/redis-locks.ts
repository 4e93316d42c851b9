import type { Clock } from '#kernel';
import { checkTtl, lockKey } from './keys.ts';
import type { HeldLock, Locks, LockVerdict } from './port.ts';
import { toScript, type RedisLink } from './redis-link.ts';

interface LocksOptions {
  link: RedisLink;
  clock: Clock;
  /** A name that nobody else has. */
  makeHolder(): string;
}

/**
 * A lock is first taken for no longer than this, and then for its whole time: where the answer to the first is lost, nobody
 * knows that the lock is held, and it must not stand for a day.
 */
const UNHEARD_MS_MAX = 30_000;
/** Clocks of two machines do not run at quite the same speed: the holder counts a thousandth less, and 2 ms. */
const DRIFT = 0.001;
const DRIFT_MS = 2;
const FENCE_KEPT_MS = 30 * 24 * 60 * 60_000;

/** Locks in Redis, which all processes see. Redis may lose one when it fails over; the fence is what then protects. */
export function createRedisLocks({ link, clock, makeHolder }: LocksOptions): Locks {
  return {
    async acquire(scope, name, ttlMs): Promise<LockVerdict> {
      const key = lockKey(scope, name);
      const holder = makeHolder();
      const firstMs = Math.min(checkTtl(ttlMs), UNHEARD_MS_MAX);
      const askedMs = clock.monotonicMs();
      // The braces put the fence beside the lock where a cluster spreads keys.
      const reply = await link.run(ACQUIRE, [key, `fence:{${key}}`], [holder, firstMs, FENCE_KEPT_MS]);
      if (reply.type === 'unreachable') return reply;
      const [taken, figure] = reply.value as [number, number];
      if (taken === 0) return { type: 'held', remainingMs: figure < 0 ? null : figure };
      const lock = holdLock({ link, clock, key, holder }, figure, validUntil(askedMs, firstMs));
      if (firstMs === ttlMs || (await lock.renew(ttlMs)) === 'renewed') return { type: 'acquired', lock };
      await lock.release();
      return { type: 'unreachable' };
    },
  };
}

interface Hold {
  link: RedisLink;
  clock: Clock;
  key: string;
  holder: string;
}

function holdLock({ link, clock, key, holder }: Hold, fence: number, firstUntilMs: number): HeldLock {
  let validUntilMs = firstUntilMs;
  return {
    fence,
    get validUntilMs() {
      return validUntilMs;
    },
    async renew(ttlMs) {
      checkTtl(ttlMs);
      const askedMs = clock.monotonicMs();
      const reply = await link.run(RENEW, [key], [holder, ttlMs]);
      if (reply.type === 'unreachable') return 'unreachable';
      if (reply.value !== 1) return 'lost';
      validUntilMs = validUntil(askedMs, ttlMs);
      return 'renewed';
    },
    async release() {
      const reply = await link.run(RELEASE, [key], [holder]);
      if (reply.type === 'unreachable') return 'unreachable';
      return reply.value === 1 ? 'released' : 'lost';
    },
  };
}

function validUntil(askedMs: number, ttlMs: number): number {
  return askedMs + ttlMs * (1 - DRIFT) - DRIFT_MS;
}

/** Microseconds since 1970, or one more than the last: it grows even over a Redis that lost all it knew. */
const ACQUIRE = toScript(`if redis.call('EXISTS', KEYS[1]) == 1 then return { 0, redis.call('PTTL', KEYS[1]) } end
local time = redis.call('TIME')
local fence = math.max((tonumber(redis.call('GET', KEYS[2])) or 0) + 1, time[1] * 1000000 + time[2])
redis.call('SET', KEYS[2], string.format('%.0f', fence), 'PX', ARGV[3])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return { 1, fence }`);

const RENEW = toScript(`if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`);

const RELEASE = toScript(`if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`);
