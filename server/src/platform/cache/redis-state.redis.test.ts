import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { asTenantId } from '#kernel';
import { startFaultProxy, type FaultProxy } from '../../../test/rigs/fault-proxy.ts';
import { startRedis, type RedisRig } from '../../../test/rigs/redis.ts';
import { createSystemRandom, systemClock as clock } from '../clock/system-clock.ts';
import type { Log } from '../telemetry/port.ts';
import { createTenants, describeSharedState, lockOf, type Bench } from './cache-contract.testing.ts';
import { countInBucket, countInWindow, type BucketState, type WindowState } from './count-rate.ts';
import { openRedisState } from './open-redis.ts';
import type { RateLimit, SharedState } from './port.ts';
import { figuresOf, NOW, readVerdict, scriptOf } from './redis-limits.ts';

const random = createSystemRandom();
const scope = { tenantId: asTenantId('default') };
const value = Buffer.from('value');
const limit: RateLimit = { type: 'bucket', capacity: 3, refillPerSecond: 0.001 };

let redis: RedisRig;
let direct: Redis;
let bench: Bench;

function openState(url: string, lines: string[] = []): Promise<SharedState> {
  const note = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: note, info: note, warn: note, error: note };
  return openRedisState({ url, clock, random, log });
}

const checkHealth = async (state: SharedState): Promise<string | null | undefined> => state.health[0]?.check();

beforeAll(async () => {
  redis = await startRedis();
  direct = new Redis(redis.url);
  const [state, other] = await Promise.all([openState(redis.url), openState(redis.url)]);
  // A little more than asked for: Redis counts by its own clock, in whole milliseconds.
  const pass = (ms: number): Promise<void> => sleep(ms + 2);
  bench = { state, other, pass, nowMs: () => clock.monotonicMs(), tenant: createTenants('r') };
});
afterAll(async () => {
  bench.state.close();
  bench.other.close();
  direct.disconnect();
  await redis.stop();
});

describeSharedState('on Redis', () => bench);

describe('on Redis', () => {
  it('calls the lock by its name in the contract, and lets every key end', async () => {
    const { state } = bench;
    const lock = await lockOf(state.locks.acquire(scope, 'retrain', 86_400_000));
    expect(await direct.pttl('lock:tenant:default:retrain')).toBeGreaterThan(86_000_000);
    await state.cache.set(scope, 'a', value, 60_000);
    await state.limits.take(scope, 'a', limit);
    await state.limits.take(scope, 'a', { type: 'window', max: 3, windowMs: 60_000 });
    await state.limits.enter(scope, 'a', { max: 3, ttlMs: 60_000 });
    const keys = await direct.keys('*tenant:default:*');
    expect(keys.length).toBeGreaterThanOrEqual(6);
    // -1: without an end. What has ended meanwhile is -2.
    for (const key of await direct.keys('*')) expect(await direct.pttl(key), key).not.toBe(-1);
    expect(await lock.release()).toBe('released');
  });

  it('goes on when the scripts are gone, and when Redis has lost all it knew', async () => {
    const { state } = bench;
    const lock = await lockOf(state.locks.acquire(scope, 'lost', 60_000));
    await direct.script('FLUSH');
    expect((await state.limits.take(scope, 'lost', limit)).countedBy).toBe('shared');
    await direct.flushall();
    expect(await lock.renew(60_000)).toBe('lost');
    const next = await lockOf(state.locks.acquire(scope, 'lost', 60_000));
    expect(next.fence).toBeGreaterThan(lock.fence);
    expect(await checkHealth(state)).toBeNull();
  });

  it('says what a full Redis refuses, and still reads', async () => {
    const full = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] });
    onTestFinished(() => full.stop());
    const lines: string[] = [];
    const state = await openState(full.url, lines);
    onTestFinished(() => state.close());
    await state.cache.set(scope, 'first', value, 60_000);
    const operator = new Redis(full.url);
    onTestFinished(() => operator.disconnect());
    await operator.config('SET', 'maxmemory', '1');
    await state.cache.set(scope, 'second', value, 60_000);
    expect(await state.cache.get(scope, 'second')).toBeNull();
    expect(await state.cache.get(scope, 'first')).toEqual(value);
    expect((await state.locks.acquire(scope, 'a', 1000)).type).toBe('unreachable');
    expect((await state.limits.take(scope, 'a', limit)).countedBy).toBe('own');
    expect(await state.cache.get(scope, 'first')).toEqual(value);
    expect(lines.filter((line) => line.startsWith('Redis refuses'))).toHaveLength(1);
  });

  it('counts in its scripts as the arithmetic says', { timeout: 120_000 }, async () => {
    const steps = fc.array(fc.record({ waitMs: fc.nat(3000), cost: fc.integer({ min: 0, max: 40 }) }), {
      maxLength: 25,
    });
    const limits: fc.Arbitrary<RateLimit> = fc.oneof(
      fc.record({
        type: fc.constant('bucket' as const),
        capacity: fc.integer({ min: 0, max: 30 }),
        refillPerSecond: fc.integer({ min: 1, max: 3000 }),
      }),
      fc.record({
        type: fc.constant('window' as const),
        max: fc.integer({ min: 0, max: 30 }),
        windowMs: fc.integer({ min: 1, max: 20_000 }),
      }),
    );
    const run = async (count: RateLimit, history: { waitMs: number; cost: number }[]): Promise<void> => {
      let nowMs = 1_700_000_000_000;
      let bucket: BucketState | null = null;
      let window: WindowState | null = null;
      const key = `differential:${random.fraction()}`;
      const script = scriptOf(count).text.replace(NOW, 'local now = tonumber(ARGV[4])');
      for (const { waitMs, cost } of history) {
        nowMs += waitMs;
        const expected =
          count.type === 'bucket'
            ? countInBucket(count, bucket, cost, nowMs)
            : countInWindow(count, window, cost, nowMs);
        if (count.type === 'bucket') bucket = expected.state as BucketState | null;
        else window = expected.state as WindowState | null;
        const { allowed, remaining, retryAfterMs } = expected;
        const found = readVerdict(await direct.eval(script, 1, key, ...figuresOf(count), cost, nowMs));
        await direct.persist(key);
        expect(found).toEqual({
          countedBy: 'shared',
          remaining,
          ...(allowed ? { type: 'allowed' } : { type: 'limited', retryAfterMs }),
        });
      }
      await direct.del(key);
    };
    await fc.assert(fc.asyncProperty(limits, steps, run), { numRuns: 150 });
  });
});

describe('when Redis is away', () => {
  /** Of its own, behind a bad network. */
  async function startBehindProxy(): Promise<{
    rig: RedisRig;
    proxy: FaultProxy;
    state: SharedState;
    lines: string[];
  }> {
    const rig = await startRedis();
    const proxy = await startFaultProxy(rig.port);
    const lines: string[] = [];
    const state = await openState(proxy.through(rig.url), lines);
    onTestFinished(async () => {
      state.close();
      await proxy.stop();
      await rig.stop();
    });
    await state.cache.set(scope, 'a', value, 60_000);
    return { rig, proxy, state, lines };
  }

  /** The row of the fail-closed matrix: a miss, an own count, no lock. */
  async function expectAway(state: SharedState): Promise<void> {
    expect(await state.cache.get(scope, 'a')).toBeNull();
    await state.cache.set(scope, 'b', value, 60_000);
    expect(await state.cache.delete(scope, 'b')).toBe(false);
    expect((await state.limits.take(scope, `${random.fraction()}`, limit)).countedBy).toBe('own');
    expect(await state.limits.enter(scope, 'calls', { max: 1000, ttlMs: 1000 })).toMatchObject({
      type: 'entered',
      countedBy: 'own',
    });
    expect((await state.locks.acquire(scope, 'a', 1000)).type).toBe('unreachable');
    expect(await checkHealth(state)).toMatch(/^Redis does not answer: ./);
  }

  const expectBack = (state: SharedState): Promise<void> =>
    expect
      .poll(async () => (await state.limits.take(scope, 'back', { ...limit, capacity: 1e9 })).countedBy, {
        timeout: 15_000,
      })
      .toBe('shared');

  async function spentMs(work: () => Promise<unknown>): Promise<number> {
    const fromMs = clock.monotonicMs();
    await work();
    return clock.monotonicMs() - fromMs;
  }

  it('starts without it within two seconds, and finds it when it comes', async () => {
    const rig = await startRedis();
    onTestFinished(() => rig.stop());
    await rig.down();
    const lines: string[] = [];
    const fromMs = clock.monotonicMs();
    const state = await openState(rig.url, lines);
    onTestFinished(() => state.close());
    expect(clock.monotonicMs() - fromMs).toBeLessThan(2000);
    await expectAway(state);
    expect(await checkHealth(state)).toContain('ECONNREFUSED');
    await rig.up();
    await expectBack(state);
    expect(await checkHealth(state)).toBeNull();
    expect(lines.map((line) => line.split(' ').slice(0, 4).join(' '))).toEqual([
      'Redis does not answer:',
      'Redis answers again {}',
    ]);
  });

  it('does not start waiting for one that takes connections and says nothing', async () => {
    const { proxy } = await startBehindProxy();
    proxy.set({ hold: 'both' });
    let state: SharedState | null = null;
    const tookMs = await spentMs(async () => {
      state = await openState(`redis://127.0.0.1:${proxy.port}`);
    });
    onTestFinished(() => state?.close());
    expect(tookMs).toBeLessThan(3000);
  });

  it.each([['requests'], ['answers'], ['both']] as const)('half-open (%s): one wait, then none', async (hold) => {
    const { proxy, state } = await startBehindProxy();
    proxy.set({ hold });
    expect(await spentMs(() => state.cache.get(scope, 'a'))).toBeLessThan(2000);
    const restMs = await spentMs(async () => {
      for (let turn = 0; turn < 20; turn += 1) await state.limits.take(scope, 'own', limit);
    });
    expect(restMs).toBeLessThan(1000);
    await expectAway(state);
    proxy.heal();
    await expectBack(state);
    expect(await state.cache.get(scope, 'a')).toEqual(value);
  });

  it('too slow: the same, and no more than one question a second waits', async () => {
    const { proxy, state } = await startBehindProxy();
    proxy.set({ delayMs: 400 });
    const waits: number[] = [];
    for (const fromMs = clock.monotonicMs(); clock.monotonicMs() < fromMs + 2500; await sleep(10)) {
      waits.push(await spentMs(() => Promise.all(Array.from({ length: 10 }, () => state.cache.get(scope, 'a')))));
    }
    expect(waits.filter((ms) => ms > 100).length).toBeLessThanOrEqual(3);
    expect(Math.max(...waits)).toBeLessThan(2000);
    await expectAway(state);
    proxy.heal();
    await expectBack(state);
  });

  it('a little slow: it is waited for', async () => {
    const { proxy, state } = await startBehindProxy();
    proxy.set({ delayMs: 30 });
    expect(await state.cache.get(scope, 'a')).toEqual(value);
  });

  it('cut off or frozen or crashed: back when it is back', async () => {
    const { rig, proxy, state } = await startBehindProxy();
    proxy.cut();
    await expectBack(state);
    rig.pause();
    await expectAway(state);
    rig.resume();
    await expectBack(state);
    await rig.crash();
    await expectBack(state);
    expect(await state.cache.get(scope, 'a')).toBeNull();
  });

  it('corrupt: nothing rejects, and it recovers', async () => {
    const { proxy, state } = await startBehindProxy();
    for (const corrupt of ['answers', 'requests'] as const) {
      proxy.set({ corrupt });
      for (let turn = 0; turn < 20; turn += 1) {
        await state.cache.get(scope, 'a');
        await state.limits.take(scope, 'a', limit);
        await state.locks.acquire(scope, `a${turn}`, 1000);
      }
      proxy.heal();
      await expectBack(state);
    }
  });

  it('counts by itself, under the same limit, once per process', async () => {
    const { rig, proxy, state } = await startBehindProxy();
    const other = await openState(proxy.through(rig.url));
    onTestFinished(() => other.close());
    await rig.down();
    const takeAll = async (one: SharedState): Promise<number> => {
      const verdicts = await Promise.all(Array.from({ length: 10 }, () => one.limits.take(scope, 'each', limit)));
      return verdicts.filter(({ type }) => type === 'allowed').length;
    };
    expect([await takeAll(state), await takeAll(other)]).toEqual([3, 3]);
  });

  it('a lock nobody was told of does not stand for long', async () => {
    const { rig, proxy, state } = await startBehindProxy();
    const look = new Redis(rig.url);
    onTestFinished(() => look.disconnect());
    // From now on Redis knows the script; else it would be the question after it that is not heard.
    await lockOf(state.locks.acquire(scope, 'other', 1000));
    proxy.set({ hold: 'answers' });
    expect((await state.locks.acquire(scope, 'retrain', 86_400_000)).type).toBe('unreachable');
    const restMs = await look.pttl('lock:tenant:default:retrain');
    expect(restMs).toBeGreaterThan(0);
    expect(restMs).toBeLessThanOrEqual(30_000);
  });

  it('a holder that cannot renew knows until when it holds', async () => {
    const { proxy, state } = await startBehindProxy();
    const lock = await lockOf(state.locks.acquire(scope, 'a', 60_000));
    const { validUntilMs } = lock;
    proxy.set({ hold: 'both' });
    expect(await lock.renew(60_000)).toBe('unreachable');
    expect(lock.validUntilMs).toBe(validUntilMs);
    expect(await lock.release()).toBe('unreachable');
  });

  it('a wrong password is told, and never which', async () => {
    const rig = await startRedis({ args: ['--requirepass', 'right-password'] });
    onTestFinished(() => rig.stop());
    const lines: string[] = [];
    const wrong = await openState(rig.url.replace('redis://', 'redis://:wrong-password@'), lines);
    onTestFinished(() => wrong.close());
    await expectAway(wrong);
    expect(await checkHealth(wrong)).toContain('WRONGPASS');
    expect(`${lines.join()}${await checkHealth(wrong)}`).not.toContain('wrong-password');
    const right = await openState(rig.url.replace('redis://', 'redis://:right-password@'));
    onTestFinished(() => right.close());
    expect(await checkHealth(right)).toBeNull();
  });
});
