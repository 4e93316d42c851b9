import type { Clock } from '#kernel';
import { cacheKey, checkTtl } from './keys.ts';
import type { Cache } from './port.ts';

export const VALUE_BYTES_MAX = 1024 * 1024;
const BYTES_MAX = 64 * 1024 * 1024;
/** What an entry costs beside its key and its value. */
const ENTRY_BYTES = 200;

interface Entry {
  value: Uint8Array;
  bytes: number;
  endsMs: number;
}

/** Keeps values in this process, at most `bytesMax` of them with their keys. */
export function createMemoryCache(clock: Clock, bytesMax: number = BYTES_MAX): Cache {
  // In the order in which they were last asked for.
  const entries = new Map<string, Entry>();
  let bytes = 0;

  const drop = (key: string): void => {
    bytes -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };
  const makeRoom = (): void => {
    for (const key of entries.keys()) {
      if (bytes <= bytesMax) return;
      drop(key);
    }
  };
  return {
    async get(scope, key) {
      const name = cacheKey(scope, key);
      const entry = entries.get(name);
      if (entry === undefined) return null;
      entries.delete(name);
      if (entry.endsMs <= clock.monotonicMs()) {
        bytes -= entry.bytes;
        return null;
      }
      entries.set(name, entry);
      return entry.value.slice();
    },
    async set(scope, key, value, ttlMs) {
      const name = cacheKey(scope, key);
      const endsMs = clock.monotonicMs() + checkTtl(ttlMs);
      drop(name);
      if (value.length > VALUE_BYTES_MAX) return;
      const entry = { value: new Uint8Array(value), bytes: ENTRY_BYTES + 2 * name.length + value.length, endsMs };
      entries.set(name, entry);
      bytes += entry.bytes;
      makeRoom();
    },
    async delete(scope, key) {
      drop(cacheKey(scope, key));
      return true;
    },
  };
}
