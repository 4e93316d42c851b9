import { cacheKey, checkTtl } from './keys.ts';
import { VALUE_BYTES_MAX } from './memory-cache.ts';
import type { Cache } from './port.ts';
import type { RedisLink } from './redis-link.ts';

/** Values in Redis, which bounds its own memory (`maxmemory`) and ends them by itself. */
export function createRedisCache(link: RedisLink): Cache {
  const remove = async (key: string): Promise<boolean> => {
    const reply = await link.ask((redis) => redis.unlink(key));
    return reply.type === 'reply';
  };
  return {
    async get(scope, key) {
      const name = cacheKey(scope, key);
      const reply = await link.ask((redis) => redis.getBuffer(name));
      return reply.type === 'reply' ? reply.value : null;
    },
    async set(scope, key, value, ttlMs) {
      const name = cacheKey(scope, key);
      checkTtl(ttlMs);
      if (value.length > VALUE_BYTES_MAX) await remove(name);
      else await link.ask((redis) => redis.set(name, Buffer.from(value), 'PX', ttlMs));
    },
    delete: (scope, key) => remove(cacheKey(scope, key)),
  };
}
