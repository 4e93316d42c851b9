import { beforeEach, describe, expect, it } from 'vitest';
import { asTenantId } from '#kernel';
import { createVirtualClock, type VirtualClock } from '../clock/testing.ts';
import { CONTRACT, createTenants, describeSharedState, lockOf, type Bench } from './cache-contract.testing.ts';
import { createExpiringMap } from './expiring-map.ts';
import { createMemoryCache } from './memory-cache.ts';
import { openMemoryState } from './open-memory.ts';
import type { SharedState } from './port.ts';

const scope = { tenantId: asTenantId('default') };
let clock: VirtualClock;
beforeEach(() => {
  clock = createVirtualClock();
});

function createBench(state: SharedState): Bench {
  const pass = async (ms: number): Promise<void> => clock.advance(ms);
  return { state, other: state, pass, nowMs: () => clock.monotonicMs(), tenant: createTenants('m') };
}

describeSharedState('in memory', () => createBench(openMemoryState(clock)));

describe('the contract finds an engine that', () => {
  const faults: [what: string, room: keyof typeof CONTRACT, check: string, (state: SharedState) => SharedState][] = [
    [
      'mixes tenants',
      'cache',
      'keeps the values of tenants apart',
      (state) => ({
        ...state,
        cache: {
          ...state.cache,
          get: (_, key) => state.cache.get(scope, key),
          set: (_, ...rest) => state.cache.set(scope, ...rest),
        },
      }),
    ],
    [
      'keeps values for ever',
      'cache',
      'ends values, each at its own time, and keeps the newest',
      (state) => ({
        ...state,
        cache: { ...state.cache, set: (at, key, value) => state.cache.set(at, key, value, 1_000_000) },
      }),
    ],
    [
      'looks first and counts later',
      'limits',
      'admits exactly as many of racing calls as there is room for',
      (state) => ({
        ...state,
        limits: {
          ...state.limits,
          async take(at, name, limit, cost = 1) {
            const looked = await state.limits.take(at, name, limit, 0);
            if (looked.remaining < cost) return { ...looked, type: 'limited', retryAfterMs: 1 };
            await state.limits.take(at, name, limit, cost);
            return looked;
          },
        },
      }),
    ],
    [
      'counts windows that stand still',
      'limits',
      'never admits more than a window allows in any span of its length',
      (state) => ({
        ...state,
        limits: {
          ...state.limits,
          take: (at, name, limit, cost) => {
            const windowMs = limit.type === 'window' ? limit.windowMs : 1;
            const window = Math.floor(clock.monotonicMs() / windowMs);
            return state.limits.take(at, `${name}-${window}`, limit, cost);
          },
        },
      }),
    ],
    [
      'lets a late holder release',
      'locks',
      'passes on when its time is over, and a late holder changes nothing',
      (state) => ({
        ...state,
        locks: {
          async acquire(at, name, ttlMs) {
            const verdict = await state.locks.acquire(at, name, ttlMs);
            if (verdict.type !== 'acquired') return verdict;
            return { ...verdict, lock: { ...verdict.lock, release: async () => 'released' } };
          },
        },
      }),
    ],
    [
      'gives a lock to two',
      'locks',
      'is never held by two, however they race for a lapsed one',
      (state) => {
        let turn = 0;
        const acquire: SharedState['locks']['acquire'] = (at, name, ttlMs) => {
          turn += 1;
          return state.locks.acquire(at, `${name}-${turn % 2}`, ttlMs);
        };
        return { ...state, locks: { acquire } };
      },
    ],
    [
      'counts fences from the start again',
      'locks',
      'hands out fences that grow, whoever acquires',
      (state) => ({
        ...state,
        locks: {
          async acquire(at, name, ttlMs) {
            const verdict = await state.locks.acquire(at, name, ttlMs);
            return verdict.type === 'acquired' ? { ...verdict, lock: { ...verdict.lock, fence: 1 } } : verdict;
          },
        },
      }),
    ],
  ];

  it.each(faults)('%s', async (_, room, check, breakState) => {
    const run = CONTRACT[room][check];
    if (run === undefined) throw new Error(`no check is called ${check}`);
    await expect(run(createBench(breakState(openMemoryState(clock))))).rejects.toThrow();
  });
});

describe('in memory', () => {
  it('drops what was asked for longest ago when there is no room', async () => {
    const cache = createMemoryCache(clock, 8000);
    const value = new Uint8Array(1000);
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await cache.set(scope, key, value, 60_000);
    await cache.get(scope, 'a');
    for (const key of ['g', 'h']) await cache.set(scope, key, value, 60_000);
    const kept = await Promise.all([...'abcdefgh'].map((key) => cache.get(scope, key)));
    expect(kept.map((found, index) => (found === null ? '' : 'abcdefgh'[index])).join('')).toBe('adefgh');
  });

  it('keeps nothing of values that are replaced, deleted or over', async () => {
    const cache = createMemoryCache(clock, 10_000);
    const value = new Uint8Array(4000);
    for (let turn = 0; turn < 50; turn += 1) {
      await cache.set(scope, 'same', value, 100);
      await cache.set(scope, 'gone', value, 100);
      await cache.delete(scope, 'gone');
      await cache.set(scope, 'over', value, 1);
      clock.advance(2);
      expect(await cache.get(scope, 'over')).toBeNull();
      expect(await cache.get(scope, 'same')).not.toBeNull();
    }
  });

  it('holds no more than twice what lives', () => {
    const map = createExpiringMap<number>(clock);
    for (let index = 0; index < 50_000; index += 1) {
      map.set(`key${index}`, index, 100);
      clock.advance(1);
    }
    expect(map.size).toBeLessThanOrEqual(1024);
    expect(map.get('key49999')).toBe(49_999);
  });

  it('is not moved by a wall clock that jumps', async () => {
    let jumpMs = 0;
    const state = openMemoryState({ ...clock, now: () => clock.now() + jumpMs });
    const lock = await lockOf(state.locks.acquire(scope, 'a', 60_000));
    await state.cache.set(scope, 'a', new Uint8Array(1), 60_000);
    for (jumpMs of [30 * 24 * 60 * 60_000, -30 * 24 * 60 * 60_000]) {
      expect((await state.locks.acquire(scope, 'a', 1000)).type).toBe('held');
      expect(await state.cache.get(scope, 'a')).not.toBeNull();
    }
    await lock.release();
    expect((await lockOf(state.locks.acquire(scope, 'a', 1000))).fence).toBeGreaterThan(lock.fence);
  });
});
