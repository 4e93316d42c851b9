import type { Clock, Random } from '#kernel';
import type { Log } from '../telemetry/port.ts';
import { createMemoryLimits } from './memory-limits.ts';
import type { SharedState } from './port.ts';
import { createRedisCache } from './redis-cache.ts';
import { createRedisLimits } from './redis-limits.ts';
import { openRedisLink } from './redis-link.ts';
import { createRedisLocks } from './redis-locks.ts';

interface RedisOptions {
  url: string;
  clock: Clock;
  random: Random;
  log: Log;
}

/** Shared over Redis 6 or later (or Valkey). Resolves within a second or so, also where Redis is away. */
export async function openRedisState({ url, clock, random, log }: RedisOptions): Promise<SharedState> {
  const link = await openRedisLink({ url, clock, log });
  const makeHolder = (): string => {
    const bytes = Buffer.alloc(16);
    random.fill(bytes);
    return bytes.toString('hex');
  };
  return {
    cache: createRedisCache(link),
    limits: createRedisLimits({ link, own: createMemoryLimits(clock, 'own'), makeHolder }),
    locks: createRedisLocks({ link, clock, makeHolder }),
    health: [{ name: 'redis', servesWithout: true, check: () => link.check() }],
    close: () => link.close(),
  };
}
