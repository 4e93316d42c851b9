/**
 * Turns a presented key into who it stands for, from memory in microseconds. What memory does not know is read from
 * the database, many keys in one query, so that a flood of wrong keys costs one query at a time.
 */
import type { Clock, KeyId } from '#kernel';
import { hashApiKey } from './api-key.ts';
import { createKeyCache, isExpired, toIdentified, type Identified } from './key-cache.ts';
import type { KeyRecord } from './key-store.ts';

export interface Authenticator {
  /**
   * `null` for a key that is unknown, expired or revoked. A promise only where memory does not know; it rejects with
   * `AppError('database_unavailable')`.
   */
  authenticate(text: string): Identified | null | Promise<Identified | null>;
  /** From now on the key is refused, also by look-ups under way. Call after the revocation is committed. */
  forget(id: KeyId): void;
  /** A key was just made: what was remembered against it no longer holds. */
  welcome(hash: string): void;
  /** Whether revocations of other processes reach this one. While they do not, keys are read again after 1 s. */
  setListening(listening: boolean): void;
}

/** Reads keys by hash, in one query. */
type FindKeys = (hashes: readonly string[]) => Promise<{ hash: string; key: KeyRecord }[]>;

type Waiting = PromiseWithResolvers<Identified | null>;

/** One query under way; keys revoked meanwhile are struck from its answer, for it may have read them before. */
interface Flight {
  wanted: ReadonlyMap<string, Waiting>;
  revoked: Set<KeyId>;
  startedMs: number;
  epoch: number;
}

const BATCH_MAX = 256;

export function createAuthenticator({ clock, findKeys }: { clock: Clock; findKeys: FindKeys }): Authenticator {
  const cache = createKeyCache(clock);
  const waiting = new Map<string, Waiting>();
  let flight: Flight | null = null;
  /** Counts the times at which notices may have been lost: what was read across one is not remembered. */
  let epoch = 0;

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
        const found = new Map(rows.map((row) => [row.hash, row.key]));
        for (const [hash, one] of wanted) one.resolve(learn(current, hash, found.get(hash)));
      } catch (error) {
        for (const one of wanted.values()) one.reject(error);
      }
    }
    flight = null;
  }

  /** Whom the hash stands for, now that the database has answered. */
  function learn(current: Flight, hash: string, key: KeyRecord | undefined): Identified | null {
    if (key === undefined || key.revokedAtMs !== null || current.revoked.has(key.id)) {
      cache.refuse(hash, current.startedMs);
      return null;
    }
    if (current.epoch === epoch) cache.keep(hash, key, current.startedMs);
    return isExpired(key, clock) ? null : toIdentified(key);
  }

  return {
    authenticate(text) {
      const hash = hashApiKey(text);
      const recalled = cache.recall(hash);
      return recalled === undefined ? lookUp(hash) : recalled;
    },
    forget(id) {
      flight?.revoked.add(id);
      cache.dropKey(id);
    },
    welcome: (hash) => cache.drop(hash),
    setListening(listening) {
      epoch += 1;
      cache.reset(listening);
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
