/** What every engine of shared state promises. One list of checks, so that a broken engine can be put through a single one. */
import { describe, expect, it } from 'vitest';
import { asTenantId } from '#kernel';
import type { HeldLock, LockVerdict, Place, SharedState, TenantScope } from './port.ts';

export interface Bench {
  state: SharedState;
  /** The same, as another process sees it. */
  other: SharedState;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
  /** The steady clock of the processes. */
  nowMs(): number;
  /** A tenant that no other check has used. */
  tenant(): TenantScope;
}

type Check = (bench: Bench) => Promise<void>;

const bytes = (text: string): Uint8Array => Buffer.from(text);
const SLOW = { type: 'bucket', refillPerSecond: 0.001 } as const;

export function createTenants(mark: string): () => TenantScope {
  let count = 0;
  return () => {
    count += 1;
    return { tenantId: asTenantId(`ten_${mark}${count}`) };
  };
}

export async function lockOf(verdict: Promise<LockVerdict>): Promise<HeldLock> {
  const found = await verdict;
  if (found.type !== 'acquired') throw new Error(`the lock is ${found.type}`);
  return found.lock;
}

const CACHE: Record<string, Check> = {
  async 'finds what another process has kept, byte for byte'({ state, other, tenant }) {
    const scope = tenant();
    const value = Uint8Array.from([0, 255, 13, 10, 0]);
    await state.cache.set(scope, 'a', value, 60_000);
    await state.cache.set(scope, 'empty', bytes(''), 60_000);
    value.fill(7);
    const found = await other.cache.get(scope, 'a');
    expect([...(found ?? [])]).toEqual([0, 255, 13, 10, 0]);
    found?.fill(9);
    expect([...((await other.cache.get(scope, 'a')) ?? [])]).toEqual([0, 255, 13, 10, 0]);
    expect(await other.cache.get(scope, 'empty')).toHaveLength(0);
    expect(await other.cache.get(scope, 'never')).toBeNull();
  },
  async 'ends values, each at its own time, and keeps the newest'({ state, pass, tenant }) {
    const scope = tenant();
    await state.cache.set(scope, 'short', bytes('1'), 100);
    await state.cache.set(scope, 'long', bytes('2'), 60_000);
    await state.cache.set(scope, 'renewed', bytes('3'), 100);
    await state.cache.set(scope, 'renewed', bytes('4'), 60_000);
    await pass(120);
    expect(await state.cache.get(scope, 'short')).toBeNull();
    expect(Buffer.from((await state.cache.get(scope, 'long')) ?? []).toString()).toBe('2');
    expect(Buffer.from((await state.cache.get(scope, 'renewed')) ?? []).toString()).toBe('4');
  },
  async 'deletes for everyone'({ state, other, tenant }) {
    const scope = tenant();
    await state.cache.set(scope, 'a', bytes('x'), 60_000);
    expect(await other.cache.delete(scope, 'a')).toBe(true);
    expect(await other.cache.delete(scope, 'a')).toBe(true);
    expect(await state.cache.get(scope, 'a')).toBeNull();
  },
  async 'keeps the values of tenants apart'({ state, tenant }) {
    const [one, two] = [tenant(), tenant()];
    await state.cache.set(one, 'a', bytes('secret'), 60_000);
    for (const key of ['a', `${one.tenantId}:a`, `../${one.tenantId}:a`]) {
      expect(await state.cache.get(two, key)).toBeNull();
    }
    await state.cache.delete(two, 'a');
    expect(await state.cache.get(one, 'a')).not.toBeNull();
  },
  async 'does not keep what is too large, nor what stood there before'({ state, tenant }) {
    const scope = tenant();
    await state.cache.set(scope, 'a', bytes('small'), 60_000);
    await state.cache.set(scope, 'a', new Uint8Array(1024 * 1024 + 1), 60_000);
    expect(await state.cache.get(scope, 'a')).toBeNull();
    await state.cache.set(scope, 'a', new Uint8Array(1024 * 1024), 60_000);
    expect(await state.cache.get(scope, 'a')).toHaveLength(1024 * 1024);
  },
  async 'takes a wrong time, key or name for the bug it is'({ state, tenant }) {
    const scope = tenant();
    await expect(state.cache.set(scope, 'a', bytes(''), 0)).rejects.toThrow('time to live');
    await expect(state.cache.get(scope, '')).rejects.toThrow('cache key');
    await expect(state.limits.take(scope, 'a b', { ...SLOW, capacity: 1 })).rejects.toThrow('plain name');
    await expect(state.limits.take(scope, 'a', { ...SLOW, capacity: -1 })).rejects.toThrow('0 or more');
    await expect(state.locks.acquire(scope, 'a{b}', 1000)).rejects.toThrow('plain name');
  },
};

const LIMITS: Record<string, Check> = {
  async 'gives a whole bucket at once, then what flows in'({ state, pass, tenant }) {
    const scope = tenant();
    const limit = { type: 'bucket', capacity: 3, refillPerSecond: 10 } as const;
    const take = (cost?: number) => state.limits.take(scope, 'rpm', limit, cost);
    expect(await take(3)).toEqual({ type: 'allowed', countedBy: 'shared', remaining: 0 });
    const refused = await take(1);
    expect(refused).toMatchObject({ type: 'limited', countedBy: 'shared', remaining: 0 });
    const waitMs = refused.type === 'limited' ? (refused.retryAfterMs ?? 0) : 0;
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(100);
    await pass(waitMs);
    expect((await take(1)).type).toBe('allowed');
    expect(await take(4)).toMatchObject({ type: 'limited', retryAfterMs: null });
    expect((await take(0)).type).toBe('allowed');
  },
  async 'admits exactly as many of racing calls as there is room for'({ state, other, tenant }) {
    const scope = tenant();
    for (const limit of [{ ...SLOW, capacity: 40 }, { type: 'window', max: 40, windowMs: 600_000 } as const]) {
      const calls = Array.from({ length: 60 }, () =>
        [state, other].map((one) => one.limits.take(scope, 'race', limit)),
      );
      const verdicts = await Promise.all(calls.flat());
      expect(verdicts.filter(({ type }) => type === 'allowed')).toHaveLength(40);
      const refused = await state.limits.take(scope, 'race', limit);
      expect(refused).toMatchObject({ type: 'limited', remaining: 0 });
      expect(refused.type === 'limited' && refused.retryAfterMs).toBeGreaterThan(0);
    }
  },
  async 'never admits more than a window allows in any span of its length'({ state, pass, nowMs, tenant }) {
    const scope = tenant();
    const limit = { type: 'window', max: 5, windowMs: 200 } as const;
    const admitted: { askedMs: number; heardMs: number }[] = [];
    for (const startMs = nowMs(); nowMs() < startMs + 1500;) {
      const askedMs = nowMs();
      const { type } = await state.limits.take(scope, 'window', limit);
      if (type === 'allowed') admitted.push({ askedMs, heardMs: nowMs() });
      else await pass(3);
    }
    // Well over the rate of one window would be: 7 windows of 5.
    expect(admitted.length).toBeGreaterThan(15);
    expect(admitted.length).toBeLessThanOrEqual(40);
    const spans = admitted.slice(limit.max).map((late, index) => late.heardMs - (admitted[index]?.askedMs ?? 0));
    expect(Math.min(...spans)).toBeGreaterThanOrEqual(limit.windowMs - 1);
  },
  async 'says when a window has room again'({ state, pass, tenant }) {
    const scope = tenant();
    const limit = { type: 'window', max: 2, windowMs: 200 } as const;
    const take = () => state.limits.take(scope, 'window', limit, 2);
    expect((await take()).type).toBe('allowed');
    const refused = await take();
    if (refused.type !== 'limited') throw new Error('there is no room');
    expect(refused.retryAfterMs).toBeGreaterThan(100);
    expect(refused.retryAfterMs).toBeLessThanOrEqual(220);
    await pass((refused.retryAfterMs ?? 0) + 1);
    expect((await take()).type).toBe('allowed');
    expect(await state.limits.take(scope, 'window', limit, 3)).toMatchObject({ type: 'limited', retryAfterMs: null });
  },
  async 'keeps tenants, names and ways of counting apart'({ state, tenant }) {
    const [one, two] = [tenant(), tenant()];
    const limit = { ...SLOW, capacity: 1 };
    const take = async (scope: TenantScope, name: string) => (await state.limits.take(scope, name, limit)).type;
    expect([await take(one, 'a'), await take(one, 'a'), await take(one, 'b'), await take(two, 'a')]).toEqual([
      'allowed',
      'limited',
      'allowed',
      'allowed',
    ]);
    const window = { type: 'window', max: 1, windowMs: 60_000 } as const;
    expect((await state.limits.take(one, 'a', window)).type).toBe('allowed');
    expect((await state.limits.take(one, 'none', { ...window, max: 0 })).type).toBe('limited');
  },
  async 'gives as many places as there are, over all processes, and takes them back'({ state, other, tenant }) {
    const scope = tenant();
    const limit = { max: 3, ttlMs: 60_000 };
    const racers = Array.from({ length: 8 }, () =>
      [state, other].map((one) => one.limits.enter(scope, 'calls', limit)),
    );
    const verdicts = await Promise.all(racers.flat());
    const places = verdicts.flatMap((verdict): Place[] => (verdict.type === 'entered' ? [verdict.place] : []));
    expect(places).toHaveLength(3);
    expect(verdicts.every(({ countedBy }) => countedBy === 'shared')).toBe(true);
    await places[0]?.leave();
    await places[0]?.leave();
    expect(await places[0]?.renew()).toBe(false);
    expect((await other.limits.enter(scope, 'calls', limit)).type).toBe('entered');
    expect((await state.limits.enter(scope, 'calls', limit)).type).toBe('full');
  },
  async 'takes no place from others where somebody leaves whose time was over'({ state, pass, tenant }) {
    const scope = tenant();
    const late = await state.limits.enter(scope, 'calls', { max: 1, ttlMs: 50 });
    await pass(60);
    const limit = { max: 1, ttlMs: 60_000 };
    expect((await state.limits.enter(scope, 'calls', limit)).type).toBe('entered');
    if (late.type === 'entered') await late.place.leave();
    expect((await state.limits.enter(scope, 'calls', limit)).type).toBe('full');
  },
  async 'frees the place of whoever is gone, not of whoever renews'({ state, pass, tenant }) {
    const scope = tenant();
    const limit = { max: 2, ttlMs: 150 };
    const [stays, goes] = [
      await state.limits.enter(scope, 'calls', limit),
      await state.limits.enter(scope, 'calls', limit),
    ];
    if (stays.type !== 'entered' || goes.type !== 'entered') throw new Error('both enter');
    for (let turn = 0; turn < 3; turn += 1) {
      await pass(60);
      expect(await stays.place.renew()).toBe(true);
    }
    expect(await goes.place.renew()).toBe(false);
    expect((await state.limits.enter(scope, 'calls', limit)).type).toBe('entered');
    expect((await state.limits.enter(scope, 'calls', limit)).type).toBe('full');
  },
};

const LOCKS: Record<string, Check> = {
  async 'is held by one of many racers, and says for how long'({ state, other, tenant }) {
    const scope = tenant();
    const racers = Array.from({ length: 10 }, () =>
      [state, other].map((one) => one.locks.acquire(scope, 'retrain', 60_000)),
    );
    const verdicts = await Promise.all(racers.flat());
    expect(verdicts.filter(({ type }) => type === 'acquired')).toHaveLength(1);
    for (const verdict of verdicts) {
      if (verdict.type === 'held') expect(verdict.remainingMs).toBeGreaterThan(0);
      if (verdict.type === 'held') expect(verdict.remainingMs).toBeLessThanOrEqual(60_000);
    }
    expect((await other.locks.acquire(tenant(), 'retrain', 60_000)).type).toBe('acquired');
    expect((await other.locks.acquire(scope, 'other', 60_000)).type).toBe('acquired');
  },
  async 'hands out fences that grow, whoever acquires'({ state, other, pass, tenant }) {
    const scope = tenant();
    const fences: number[] = [];
    for (const one of [state, other, state, other]) {
      const lock = await lockOf(one.locks.acquire(scope, 'a', 40));
      fences.push(lock.fence);
      if (fences.length % 2 === 1) expect(await lock.release()).toBe('released');
      else await pass(60);
    }
    expect(fences.every((fence) => Number.isSafeInteger(fence) && fence > 0)).toBe(true);
    expect(fences).toEqual([...new Set(fences)].toSorted((a, b) => a - b));
  },
  async 'passes on when its time is over, and a late holder changes nothing'({ state, other, pass, nowMs, tenant }) {
    const scope = tenant();
    const late = await lockOf(state.locks.acquire(scope, 'a', 80));
    expect((await other.locks.acquire(scope, 'a', 60_000)).type).toBe('held');
    await pass(100);
    const next = await lockOf(other.locks.acquire(scope, 'a', 60_000));
    expect(nowMs()).toBeGreaterThanOrEqual(late.validUntilMs);
    expect(next.fence).toBeGreaterThan(late.fence);
    expect(await late.renew(60_000)).toBe('lost');
    expect(await late.release()).toBe('lost');
    expect((await state.locks.acquire(scope, 'a', 60_000)).type).toBe('held');
    expect(await next.release()).toBe('released');
    expect(await next.release()).toBe('lost');
  },
  async 'is never held by two, however they race for a lapsed one'({ state, other, pass, nowMs, tenant }) {
    const scope = tenant();
    let holderUntilMs = 0;
    let changes = 0;
    const take = async (one: SharedState): Promise<void> => {
      for (const startMs = nowMs(); nowMs() < startMs + 800; await pass(2)) {
        const verdict = await one.locks.acquire(scope, 'a', 30);
        if (verdict.type !== 'acquired') continue;
        expect(nowMs()).toBeGreaterThanOrEqual(holderUntilMs);
        holderUntilMs = verdict.lock.validUntilMs;
        changes += 1;
      }
    };
    await Promise.all([take(state), take(other)]);
    expect(changes).toBeGreaterThan(5);
  },
  async 'stands as long as it is renewed'({ state, other, pass, nowMs, tenant }) {
    const scope = tenant();
    const lock = await lockOf(state.locks.acquire(scope, 'a', 120));
    for (let turn = 0; turn < 4; turn += 1) {
      await pass(50);
      expect(await lock.renew(120)).toBe('renewed');
      expect(lock.validUntilMs).toBeGreaterThan(nowMs() + 60);
      expect((await other.locks.acquire(scope, 'a', 1000)).type).toBe('held');
    }
  },
  async 'can be held for a day'({ state, other, nowMs, tenant }) {
    const scope = tenant();
    const dayMs = 24 * 60 * 60_000;
    const lock = await lockOf(state.locks.acquire(scope, 'retrain', dayMs));
    expect(lock.validUntilMs).toBeGreaterThan(nowMs() + dayMs * 0.998);
    const verdict = await other.locks.acquire(scope, 'retrain', dayMs);
    expect(verdict.type === 'held' && verdict.remainingMs).toBeGreaterThan(dayMs - 60_000);
  },
};

export const CONTRACT = { cache: CACHE, limits: LIMITS, locks: LOCKS };

/** Runs the contract over an engine. */
export function describeSharedState(name: string, bench: () => Bench): void {
  describe.each(Object.entries(CONTRACT))(`${name}: %s`, (_, checks) => {
    it.each(Object.entries(checks))('%s', (_name, check) => check(bench()));
  });
}
