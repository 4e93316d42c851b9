/** What this process remembers of keys: whom a hash stands for, and which hashes stand for nobody. Bounded. */
import type { Actor, Clock, KeyId, Scope } from '#kernel';
import type { KeyRecord } from './key-store.ts';

/** Whom a key stands for. */
export type Identified = Pick<Scope, 'tenantId' | 'actor'>;

export interface KeyCache {
  /** Whom the hash stands for, `null` for nobody, `undefined` where memory does not know or knows it too long. */
  recall(hash: string): Identified | null | undefined;
  /** Remembers a valid key as it was read at `readAtMs` (steady clock). */
  keep(hash: string, key: KeyRecord, readAtMs: number): void;
  /** Remembers for a second that the hash stands for nobody. */
  refuse(hash: string, readAtMs: number): void;
  drop(hash: string): void;
  dropKey(id: KeyId): void;
  /** Forgets every key, and from now on trusts what it remembers for one minute (`listening`) or one second. */
  reset(listening: boolean): void;
}

interface CachedKey {
  id: KeyId;
  who: Identified;
  expiresAtMs: number | null;
  readAtMs: number;
}

const UNKNOWN_MS = 1_000;
const DEAF_MAX_AGE_MS = 1_000;
/** Even while notices flow: bounds what a silently broken channel, or a hand in the database, could hide. */
const MAX_AGE_MS = 60_000;
const CACHED_MAX = 20_000;

export function createKeyCache(clock: Clock): KeyCache {
  const known = new Map<string, CachedKey>();
  const hashOf = new Map<KeyId, string>();
  const unknownUntilMs = new Map<string, number>();
  let maxAgeMs = DEAF_MAX_AGE_MS;

  function drop(hash: string): void {
    const cached = known.get(hash);
    if (cached !== undefined) hashOf.delete(cached.id);
    known.delete(hash);
    unknownUntilMs.delete(hash);
  }

  return {
    recall(hash) {
      const cached = known.get(hash);
      if (cached !== undefined) {
        if (clock.monotonicMs() - cached.readAtMs >= maxAgeMs) return undefined;
        return isExpired(cached, clock) ? null : cached.who;
      }
      const untilMs = unknownUntilMs.get(hash);
      return untilMs !== undefined && clock.monotonicMs() < untilMs ? null : undefined;
    },
    keep(hash, key, readAtMs) {
      drop(hash);
      hashOf.set(key.id, hash);
      const cached = { id: key.id, who: toIdentified(key), expiresAtMs: key.expiresAtMs, readAtMs };
      const oldest = remember(known, hash, cached);
      if (oldest !== null) hashOf.delete(oldest.id);
    },
    refuse(hash, readAtMs) {
      drop(hash);
      remember(unknownUntilMs, hash, readAtMs + UNKNOWN_MS);
    },
    drop,
    dropKey(id) {
      const hash = hashOf.get(id);
      if (hash !== undefined) drop(hash);
    },
    reset(listening) {
      maxAgeMs = listening ? MAX_AGE_MS : DEAF_MAX_AGE_MS;
      known.clear();
      hashOf.clear();
    },
  };
}

export function toIdentified(key: KeyRecord): Identified {
  const actor: Actor = {
    kind: 'key',
    keyId: key.id,
    scopes: new Set(key.scopes),
    models: key.models === null ? null : new Set(key.models),
  };
  return { tenantId: key.tenantId, actor };
}

export function isExpired({ expiresAtMs }: Pick<KeyRecord, 'expiresAtMs'>, clock: Clock): boolean {
  return expiresAtMs !== null && clock.now() >= expiresAtMs;
}

/** Sets an entry of a bounded map. The oldest makes room and is returned. */
function remember<Value>(map: Map<string, Value>, hash: string, value: Value): Value | null {
  map.set(hash, value);
  if (map.size <= CACHED_MAX) return null;
  for (const [oldest, dropped] of map) {
    map.delete(oldest);
    return dropped;
  }
  return null;
}
