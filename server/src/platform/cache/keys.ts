/** How things are called in the engine. A tenant's id has no colon, so no key of one tenant can be read as another's. */
import { assert } from '#kernel';
import type { TenantScope } from './port.ts';

const NAME = /^[\w.:/-]{1,200}$/;
const CACHE_KEY_LENGTH_MAX = 1024;

export function cacheKey({ tenantId }: TenantScope, key: string): string {
  assert(key.length > 0 && key.length <= CACHE_KEY_LENGTH_MAX, 'a cache key has 1 to 1024 characters');
  return `cache:tenant:${tenantId}:${key}`;
}

/** Each way of counting has a key of its own, so a limit that is configured anew begins anew. */
export function limitKey({ tenantId }: TenantScope, name: string, way: 'bucket' | 'window' | 'places'): string {
  assert(NAME.test(name), 'a limit has a plain name');
  return `limit:tenant:${tenantId}:${name}:${way}`;
}

/** The name of the contract, e.g. `lock:tenant:default:retrain`. */
export function lockKey({ tenantId }: TenantScope, name: string): string {
  assert(NAME.test(name), 'a lock has a plain name');
  return `lock:tenant:${tenantId}:${name}`;
}

export function checkTtl(ttlMs: number): number {
  assert(Number.isSafeInteger(ttlMs) && ttlMs > 0, 'a time to live is a whole number of milliseconds above 0');
  return ttlMs;
}
