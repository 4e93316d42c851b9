/**
 * Turns a presented key into who it stands for, from memory in microseconds. What memory does not know is read from
 * the database, many keys in one query, so that a flood of wrong keys costs one query at a time.
 */
import type { Actor, Clock, KeyId, Scope } from '#kernel';
import { hashApiKey } from './api-key.ts';
import type { KeyRecord } from './key-store.ts';

/** Whom a key stands for. */
export type Identified = Pick<Scope, 'tenantId' | 'actor'>;

export interface Authenticator {
  /** `null` for a key that is unknown, expired or revoked. Rejects with `AppError('database_unavailable')`. */
  authenticate(text: string): Promise<Identified | null>;
  /** From now on the key is refused, also by look-ups under way. Call after the revocation is committed. */
  forget(id: KeyId): void;
  /** A key was just made: what was remembered against it no longer holds. */
  welcome(hash: string): void;
  /** Whether revocations of other processes reach this one. While they do not, keys are read again after 1 s. */
  setListening(listening: boolean): void;
}

interface Parts {
  clock: Clock;
  /** Reads keys by hash, in one query. */
  findKeys(hashes: readonly string[]): Promise<{ hash: string; key: KeyRecord }[]>;
}

interface CachedKey {
  id: KeyId;
  who: Identified;
  expiresAtMs: number | null;
  readAtMs: number;
}

/** One query under way; keys revoked meanwhile are struck from its answer, for it may have read them before. */
interface Flight {
  wanted: ReadonlyMap<string, Waiting>;
  revoked: Set<KeyId>;
  startedMs: number;
  epoch: number;
}

type Waiting = PromiseWithResolvers<Identified | null>;

/** A wrong key is not looked up again for this long. */
const UNKNOWN_MS = 1_000;
const DEAF_MAX_AGE_MS = 1_000;
/** Even while notices flow: bounds what a silently broken channel, or a hand in the database, could hide. */
const MAX_AGE_MS = 60_000;
const CACHED_MAX = 20_000;
const BATCH_MAX = 256;

export function createAuthenticator({ clock, findKeys }: Parts): Authenticator {
  const known = new Map<string, CachedKey>();
  const hashOf = new Map<KeyId, string>();
  const unknownUntilMs = new Map<string, number>();
  const waiting = new Map<string, Waiting>();
  let flight: Flight | null = null;
  let maxAgeMs = DEAF_MAX_AGE_MS;
  /** Counts the times at which notices may have been lost: what was read across one is not remembered. */
  let epoch = 0;

  function recall(hash: string): Identified | null | undefined {
    const cached = known.get(hash);
    if (cached !== undefined) {
      if (clock.monotonicMs() - cached.readAtMs >= maxAgeMs) return undefined;
      return isExpired(cached.expiresAtMs, clock) ? null : cached.who;
    }
    const untilMs = unknownUntilMs.get(hash);
    return untilMs !== undefined && clock.monotonicMs() < untilMs ? null : undefined;
  }

  function lookUp(hash: string): Promise<Identified | null> {
    const joined = flight?.wanted.get(hash) ?? waiting.get(hash);
    if (joined) return joined.promise;
    const fresh: Waiting = Promise.withResolvers();
    waiting.set(hash, fresh);
    if (flight === null) void readWaiting();
    return fresh.promise;
  }

  async function readWaiting(): Promise<void> {
    while (waiting.size > 0) {
      const wanted = takeBatch(waiting);
      const current: Flight = { wanted, revoked: new Set(), startedMs: clock.monotonicMs(), epoch };
      flight = current;
      try {
        const rows = await findKeys([...wanted.keys()]);
        settle(current, new Map(rows.map((row) => [row.hash, row.key])));
      } catch (error) {
        for (const one of wanted.values()) one.reject(error);
      }
    }
    flight = null;
  }

  function settle(current: Flight, found: ReadonlyMap<string, KeyRecord>): void {
    for (const [hash, one] of current.wanted) {
      const key = found.get(hash);
      drop(hash);
      if (key === undefined || key.revokedAtMs !== null || current.revoked.has(key.id)) {
        remember(unknownUntilMs, hash, current.startedMs + UNKNOWN_MS);
        one.resolve(null);
        continue;
      }
      const who = toIdentified(key);
      if (current.epoch === epoch)
        keep(hash, { id: key.id, who, expiresAtMs: key.expiresAtMs, readAtMs: current.startedMs });
      one.resolve(isExpired(key.expiresAtMs, clock) ? null : who);
    }
  }

  function keep(hash: string, cached: CachedKey): void {
    hashOf.set(cached.id, hash);
    const oldest = remember(known, hash, cached);
    if (oldest !== null) hashOf.delete(oldest.id);
  }

  function drop(hash: string): void {
    const cached = known.get(hash);
    if (cached !== undefined) hashOf.delete(cached.id);
    known.delete(hash);
    unknownUntilMs.delete(hash);
  }

  return {
    async authenticate(text) {
      const hash = hashApiKey(text);
      const recalled = recall(hash);
      return recalled === undefined ? lookUp(hash) : recalled;
    },
    forget(id) {
      flight?.revoked.add(id);
      const hash = hashOf.get(id);
      if (hash !== undefined) drop(hash);
    },
    welcome(hash) {
      unknownUntilMs.delete(hash);
    },
    setListening(listening) {
      maxAgeMs = listening ? MAX_AGE_MS : DEAF_MAX_AGE_MS;
      // What was revoked while nobody listened is not known here.
      epoch += 1;
      known.clear();
      hashOf.clear();
    },
  };
}

function takeBatch(waiting: Map<string, Waiting>): Map<string, Waiting> {
  const batch = new Map<string, Waiting>();
  for (const [hash, one] of waiting) {
    if (batch.size === BATCH_MAX) break;
    batch.set(hash, one);
    waiting.delete(hash);
  }
  return batch;
}

/** Sets an entry of a bounded map. The oldest makes room and is returned. */
function remember<Value>(map: Map<string, Value>, hash: string, value: Value): Value | null {
  map.delete(hash);
  map.set(hash, value);
  if (map.size <= CACHED_MAX) return null;
  for (const [oldest, dropped] of map) {
    map.delete(oldest);
    return dropped;
  }
  return null;
}

function isExpired(expiresAtMs: number | null, clock: Clock): boolean {
  return expiresAtMs !== null && clock.now() >= expiresAtMs;
}

function toIdentified(key: KeyRecord): Identified {
  const actor: Actor = {
    kind: 'key',
    keyId: key.id,
    scopes: new Set(key.scopes),
    models: key.models === null ? null : new Set(key.models),
  };
  return { tenantId: key.tenantId, actor };
}
