/** Several workers over one database: turns between tenants, schedules, and the death of one of them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asTenantId, type TenantId } from '#kernel';
import type { Database } from '../database/port.ts';
import type { WorkflowContext, WorkflowDefinition } from './port.ts';
import {
  createTestClock,
  createTestWorker,
  eventually,
  makeSeverable,
  type Severable,
  type TestClock,
  type TestWorker,
} from './testing.ts';
import { SILENCE_MS } from './worker-life.ts';

const DAY_MS = 86_400_000;
/** Away from the instants of the schedules here, whatever the hour at which the tests run. */
const START_MS = Date.UTC(2026, 0, 15, 12, 1);
const tenant = (number: number): TenantId => asTenantId(`ten_${String(number).padStart(26, '0')}`);

export function describeWorkers(name: string, open: () => Promise<Database>): void {
  describe(`workers of workflows on ${name}`, () => {
    let database: Database;
    let clock: TestClock;
    let number = 0;
    let stops: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database.close());
    beforeEach(() => {
      number += 1;
      clock = createTestClock(START_MS);
    });
    afterEach(async () => {
      let stopped = false;
      const stopping = Promise.all(stops.map((stop) => stop())).finally(() => (stopped = true));
      stops = [];
      await eventually(() => (clock.advance(1_000), stopped));
      await stopping;
    });

    function makeWorker(owner: string, itsClock = clock): TestWorker & Severable {
      const severable = makeSeverable(database);
      const worker = createTestWorker({ database: severable.database, clock: itsClock, owner: `${owner}${number}` });
      stops.push(() => (severable.restore(), worker.workflows.job.stop()));
      return { ...worker, ...severable };
    }
    /** The same workflow on several workers, each started. */
    function makeFleet<Input>(size: number, flow: Omit<WorkflowDefinition<Input>, 'name' | 'queue'>) {
      const workers = Array.from({ length: size }, (_none, at) => makeWorker(`worker${at}-`));
      const handles = workers.map(({ workflows }) => {
        workflows.limitQueue(`queue-${number}`, { concurrency: 4, perTenant: 2 });
        return workflows.define({ ...flow, name: `flow-${number}`, queue: `queue-${number}` });
      });
      const [first] = workers;
      const [handle] = handles;
      if (first === undefined || handle === undefined) throw new Error('a fleet has a worker');
      return { workers, first, handle, go: () => workers.forEach(({ workflows }) => workflows.job.start()) };
    }

    it('gives tenants turns: who has little waits little, however much others have', async () => {
      const order: TenantId[] = [];
      const { first, handle, go } = makeFleet<null>(2, {
        run: (context) => context.step('one', () => Promise.resolve(order.push(context.tenantId))),
      });
      const [heavy, ...light] = [1, 2, 3, 4].map(tenant);
      if (heavy === undefined) throw new Error('unreachable');
      for (let at = 0; at < 60; at += 1) await first.start(handle, null, { tenantId: heavy });
      for (const tenantId of light) await first.start(handle, null, { tenantId });
      go();
      await eventually(() => order.length === 63);
      // Fault: first come, first served would put them at places 61 to 63.
      for (const tenantId of light) expect(order.indexOf(tenantId)).toBeLessThan(12);
    });

    it('keeps the bound on runs of one tenant over all workers', async () => {
      let now = 0;
      let most = 0;
      let done = 0;
      const { first, handle, go } = makeFleet<null>(3, {
        run: (context) =>
          context.step('one', async () => {
            most = Math.max(most, (now += 1));
            await new Promise((resolve) => setTimeout(resolve, 5));
            now -= 1;
            done += 1;
          }),
      });
      for (let at = 0; at < 30; at += 1) await first.start(handle, null, { tenantId: tenant(9) });
      go();
      await eventually(() => (clock.advance(100), done === 30));
      expect(most).toBe(2);
    });

    it('lets one of many workers run each run', async () => {
      const runs: string[] = [];
      const { first, handle, go } = makeFleet<null>(3, {
        run: (context) => context.step('one', () => Promise.resolve(runs.push(context.workflowId))),
      });
      const ids = [];
      for (let at = 0; at < 40; at += 1) ids.push(await first.start(handle, null, { tenantId: tenant(at) }));
      go();
      await eventually(() => (clock.advance(100), runs.length >= 40));
      expect(runs.toSorted()).toEqual(ids.toSorted());
    });

    it('fires a schedule once per instant, whoever is quicker, and once for what was missed', async () => {
      const fired: string[] = [];
      const { go, workers } = makeFleet<{ scheduledFor: string }>(3, {
        cron: '*/5 * * * *',
        run: (context, input) => context.step('one', () => Promise.resolve(fired.push(input.scheduledFor))),
      });
      go();
      await eventually(async () => (await workers[2]?.workflows.check()) === null);
      for (let minute = 0; minute < 40; minute += 1) {
        clock.advance(30_000);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await eventually(() => fired.length >= 3);
      expect(new Set(fired).size).toBe(fired.length);
      expect(fired.length).toBeLessThanOrEqual(4);
      // An instant before may still be on its way: what counts is what the day brings.
      const dayBefore = new Date(clock.now()).toISOString();
      const late = (): string[] => fired.filter((instant) => instant > dayBefore);
      clock.advance(DAY_MS);
      await eventually(() => (clock.advance(100), late().length > 0));
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(late()).toHaveLength(1);
      // The clock is set back by an hour: nothing fires a second time.
      clock.jump(-3_600_000);
      for (let at = 0; at < 20; at += 1) {
        clock.advance(60_000);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      expect(late()).toHaveLength(1);
    });

    /** A worker in the middle of a step, and another that could take over. */
    async function makeCouple(firstClock = clock) {
      const tried: string[] = [];
      let letGo = (): void => {};
      const stuck = new Promise<void>((resolve) => (letGo = resolve));
      const flow = (who: string) => (context: WorkflowContext) =>
        context.step('one', async ({ idempotencyKey }) => {
          tried.push(`${who} ${idempotencyKey}`);
          if (who === 'a') await stuck;
          return who;
        });
      const [a, b] = [makeWorker('a', firstClock), makeWorker('b')];
      const handle = a.workflows.define({ name: `couple-${number}`, run: flow('a') });
      b.workflows.define({ name: `couple-${number}`, run: flow('b') });
      a.workflows.job.start();
      const id = await a.start(handle, null);
      await eventually(() => tried.length === 1);
      b.workflows.job.start();
      return { a, b, handle, id, tried, letGo };
    }

    it('takes over the runs of a worker whose beat stands still, and refuses it when it comes back', async () => {
      const { a, b, id, tried, letGo } = await makeCouple();
      a.sever();
      await eventually(async () => (clock.advance(2_000), (await b.find(id)).state === 'ready'));
      letGo();
      a.restore();
      await eventually(() => (clock.advance(2_000), a.workflows.check().then((fault) => fault === null)));
      expect((await b.find(id)).output).toBe('b');
      expect(tried).toEqual([`a ${id}:0`, `b ${id}:0`]);
    });

    it('gives no run to a worker under the name by which it was taken for dead', async () => {
      // It stands still, as a suspended machine does, and wakes to new work before it can beat.
      const still = createTestClock(START_MS);
      const { a, b, handle, id, tried, letGo } = await makeCouple(still);
      await eventually(async () => (clock.advance(2_000), (await b.find(id)).state === 'ready'));
      await b.workflows.job.stop();
      const late = await b.start(handle, null);
      await eventually(() => (still.advance(1_000), tried.includes(`a ${late}:0`)));
      a.sever();
      const c = makeWorker('c');
      c.workflows.define({ name: handle.name, run: (context) => context.step('one', () => Promise.resolve('c')) });
      c.workflows.job.start();
      await eventually(async () => (clock.advance(2_000), (await c.find(late)).state === 'ready'));
      expect((await c.find(late)).output).toBe('c');
      letGo();
    });

    it('takes nobody for dead because a clock jumps by a day', async () => {
      const { a, id, tried, letGo } = await makeCouple();
      clock.jump(DAY_MS);
      for (let at = 0; at < 10; at += 1) {
        clock.advance(5_000);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      clock.jump(-2 * DAY_MS);
      for (let at = 0; at < 10; at += 1) {
        clock.advance(5_000);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(clock.monotonicMs()).toBeGreaterThan(SILENCE_MS);
      letGo();
      await a.until(id);
      expect(tried).toEqual([`a ${id}:0`]);
    });
  });
}
