/**
 * What one step of shared state costs: in memory, and on a real Redis of this machine, one after another and 32 at once.
 * Usage: node bench/cache/run.ts [steps]
 */
import { asTenantId, must } from '../../server/src/kernel/index.ts';
import { openMemoryState } from '../../server/src/platform/cache/open-memory.ts';
import { openRedisState } from '../../server/src/platform/cache/open-redis.ts';
import type { SharedState } from '../../server/src/platform/cache/port.ts';
import { createSystemRandom, systemClock as clock } from '../../server/src/platform/clock/system-clock.ts';
import { startRedis } from '../../server/test/rigs/redis.ts';

const steps = Number(process.argv[2] ?? 20_000);
const ROUNDS = 5;
const AT_ONCE = [1, 32];
const scope = { tenantId: asTenantId('default') };
const value = Buffer.alloc(1024, 'v');
const log = { debug() {}, info() {}, warn: console.error, error: console.error };

const STEPS: Record<string, (state: SharedState, index: number) => Promise<unknown>> = {
  'cache get, 1 KiB': (state) => state.cache.get(scope, 'kept'),
  'cache set, 1 KiB': (state, index) => state.cache.set(scope, `k${index % 1000}`, value, 60_000),
  'bucket take': (state, index) =>
    state.limits.take(scope, `b${index % 100}`, { type: 'bucket', capacity: 1000, refillPerSecond: 1e6 }),
  'window take': (state, index) =>
    state.limits.take(scope, `w${index % 100}`, { type: 'window', max: 1e9, windowMs: 60_000 }),
  'place enter, leave': async (state, index) => {
    const verdict = await state.limits.enter(scope, `p${index % 100}`, { max: 1000, ttlMs: 60_000 });
    if (verdict.type === 'entered') await verdict.place.leave();
  },
  'lock, release': async (state, index) => {
    const verdict = await state.locks.acquire(scope, `l${index}`, 10_000);
    if (verdict.type === 'acquired') await verdict.lock.release();
  },
};

/** Milliseconds of a step, and steps per second over all. */
interface Measured {
  p50: number;
  p99: number;
  perSecond: number;
}

async function measure(state: SharedState, step: (typeof STEPS)[string], atOnce: number): Promise<Measured> {
  const took: number[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < steps) {
      const index = (next += 1);
      const fromMs = performance.now();
      await step(state, index);
      took.push(performance.now() - fromMs);
    }
  };
  const fromMs = performance.now();
  await Promise.all(Array.from({ length: atOnce }, work));
  const seconds = (performance.now() - fromMs) / 1000;
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.floor((took.length - 1) * share)] ?? 0;
  return { p50: at(0.5), p99: at(0.99), perSecond: steps / seconds };
}

/** The round in the middle. */
async function measureRounds(...what: Parameters<typeof measure>): Promise<Measured> {
  const rounds: Measured[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measure(...what));
  return must(rounds.toSorted((a, b) => a.p50 - b.p50)[ROUNDS >> 1], 'there are rounds');
}

const redis = await startRedis();
const random = createSystemRandom();
const engines: Record<string, SharedState> = {
  memory: openMemoryState(clock),
  Redis: await openRedisState({ url: redis.url, clock, random, log }),
};
console.log(`| step | engine | at once | p50 µs | p99 µs | per second |\n|---|---|---|---|---|---|`);
for (const [name, step] of Object.entries(STEPS)) {
  for (const [engine, state] of Object.entries(engines)) {
    await state.cache.set(scope, 'kept', value, 600_000);
    for (const atOnce of AT_ONCE) {
      const median = await measureRounds(state, step, atOnce);
      const figures = [median.p50, median.p99].map((ms) => (ms * 1000).toFixed(1));
      console.log(
        `| ${name} | ${engine} | ${atOnce} | ${figures.join(' | ')} | ${Math.round(median.perSecond).toLocaleString('en')} |`,
      );
    }
  }
}
for (const state of Object.values(engines)) state.close();
await redis.stop();
