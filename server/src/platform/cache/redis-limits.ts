import { checkLimit, SLICES, TOLERANCE } from './count-rate.ts';
import { checkTtl, limitKey } from './keys.ts';
import type { Limits, Place, PlaceVerdict, RateLimit, RateVerdict } from './port.ts';
import { toScript, type RedisLink, type Script } from './redis-link.ts';

interface LimitsOptions {
  link: RedisLink;
  /** Counts while Redis is away. */
  own: Limits;
  /** A name that nobody else has. */
  makeHolder(): string;
}

/** Counts in Redis and by its clock, so that all processes count one and the same. */
export function createRedisLimits({ link, own, makeHolder }: LimitsOptions): Limits {
  return {
    async take(scope, name, limit, cost = 1) {
      checkLimit(limit, cost);
      const key = limitKey(scope, name, limit.type);
      const reply = await link.run(scriptOf(limit), [key], [...figuresOf(limit), cost]);
      return reply.type === 'reply' ? readVerdict(reply.value) : own.take(scope, name, limit, cost);
    },
    async enter(scope, name, limit): Promise<PlaceVerdict> {
      const ttlMs = checkTtl(limit.ttlMs);
      const key = limitKey(scope, name, 'places');
      const holder = makeHolder();
      const reply = await link.run(ENTER, [key], [holder, limit.max, ttlMs]);
      if (reply.type === 'unreachable') return own.enter(scope, name, limit);
      if (reply.value === 0) return { type: 'full', countedBy: 'shared' };
      return { type: 'entered', countedBy: 'shared', place: createPlace(link, key, holder, ttlMs) };
    },
  };
}

function createPlace(link: RedisLink, key: string, holder: string, ttlMs: number): Place {
  return {
    async renew() {
      const reply = await link.run(STAY, [key], [holder, ttlMs]);
      return reply.type === 'reply' && reply.value === 1;
    },
    async leave() {
      await link.ask((redis) => redis.zrem(key, holder));
    },
  };
}

export const scriptOf = (limit: RateLimit): Script => (limit.type === 'bucket' ? TAKE_FROM_BUCKET : TAKE_FROM_WINDOW);

export function figuresOf(limit: RateLimit): [number, number] {
  return limit.type === 'bucket' ? [limit.capacity, limit.refillPerSecond] : [limit.max, limit.windowMs];
}

/** `[allowed, remaining, retryAfterMs]`; -1 stands for never. */
export function readVerdict(value: unknown): RateVerdict {
  const [allowed = 0, remaining = 0, waitMs = 0] = value as number[];
  if (allowed === 1) return { type: 'allowed', countedBy: 'shared', remaining };
  return { type: 'limited', countedBy: 'shared', remaining, retryAfterMs: waitMs < 0 ? null : waitMs };
}

/** Milliseconds with their fraction, as far as they are exact. */
export const NOW = `local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000`;

/** `countInBucket`, by the clock of Redis. */
const TAKE_FROM_BUCKET = toScript(`${NOW}
local key, capacity, per_ms, cost = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]) / 1000, tonumber(ARGV[3])
local was = redis.call('HMGET', key, 'level', 'at')
local since = math.max(0, now - (tonumber(was[2]) or now))
local before = math.min(capacity, (tonumber(was[1]) or capacity) + since * per_ms)
local allowed, level, wait = 0, before, -1
if cost <= before + ${TOLERANCE} then
  allowed, level, wait = 1, math.max(0, before - cost), 0
elseif cost <= capacity then
  wait = math.ceil((cost - before) / per_ms)
end
if level < capacity then
  redis.call('HSET', key, 'level', string.format('%.17g', level), 'at', string.format('%.17g', now))
  redis.call('PEXPIRE', key, string.format('%.0f', math.ceil((capacity - level) / per_ms)))
else
  redis.call('DEL', key)
end
return { allowed, math.floor(level + ${TOLERANCE}), wait }`);

/** `countInWindow`, by the clock of Redis. */
const TAKE_FROM_WINDOW = toScript(`${NOW}
local key, max, window, cost = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local slice = window / ${SLICES}
local current = math.floor(now / slice)
local used, taken, old, fields = 0, {}, {}, redis.call('HGETALL', key)
for at = 1, #fields, 2 do
  local index = tonumber(fields[at])
  if math.abs(index - current) <= ${SLICES} then
    used = used + tonumber(fields[at + 1])
    taken[#taken + 1] = { index, tonumber(fields[at + 1]) }
  else
    old[#old + 1] = fields[at]
  end
end
if #old > 0 then redis.call('HDEL', key, unpack(old)) end
if used + cost <= max + ${TOLERANCE} then
  if cost > 0 then
    redis.call('HINCRBYFLOAT', key, string.format('%.0f', current), ARGV[3])
    redis.call('PEXPIRE', key, string.format('%.0f', window + 2 * math.ceil(slice)))
  end
  return { 1, math.max(0, math.floor(max - used - cost + ${TOLERANCE})), 0 }
end
local wait, left = -1, used
if cost <= max then
  table.sort(taken, function(one, other) return one[1] < other[1] end)
  for _, entry in ipairs(taken) do
    left = left - entry[2]
    if left <= max - cost + ${TOLERANCE} then
      wait = math.ceil((entry[1] + ${SLICES + 1}) * slice - now)
      break
    end
  end
end
return { 0, math.max(0, math.floor(max - used + ${TOLERANCE})), wait }`);

const ENTER = toScript(`${NOW}
local key, holder, max, ttl = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.17g', now))
if redis.call('ZCARD', key) >= max then return 0 end
redis.call('ZADD', key, string.format('%.17g', now + ttl), holder)
redis.call('PEXPIRE', key, math.max(ttl, redis.call('PTTL', key)))
return 1`);

const STAY = toScript(`${NOW}
local key, holder, ttl = KEYS[1], ARGV[1], tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.17g', now))
if not redis.call('ZSCORE', key, holder) then return 0 end
redis.call('ZADD', key, string.format('%.17g', now + ttl), holder)
redis.call('PEXPIRE', key, math.max(ttl, redis.call('PTTL', key)))
return 1`);
