/** What every workflow may rely on, on both databases. Time is virtual; databases are real. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asTenantId, type WorkflowId } from '#kernel';
import type { Database } from '../database/port.ts';
import { StepFailed, WorkflowStopped, type WorkflowContext } from './port.ts';
import {
  createTestClock,
  createTestWorker,
  eventually,
  makeSeverable,
  type Severable,
  type TestClock,
  type TestWorker,
} from './testing.ts';

const SCOPE = { tenantId: asTenantId('default') };
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** To be called once per database; the database is migrated and nobody else's. */
export function describeWorkflows(name: string, open: () => Promise<Database>): void {
  describe(`workflows on ${name}`, () => {
    let database: Database;
    let clock: TestClock;
    let number = 0;
    const started: (TestWorker & Severable)[] = [];

    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database.close());
    afterEach(async () => {
      let stopped = false;
      for (const { restore } of started) restore();
      const stopping = Promise.all(started.splice(0).map(({ workflows }) => workflows.job.stop()));
      const done = stopping.finally(() => (stopped = true));
      // Time does not pass by itself: what a drain waits for has to be let go.
      await eventually(() => (clock.advance(1_000), stopped));
      await done;
    });

    /** A fresh worker under a fresh workflow name, not yet started. */
    function makeWorker(owner = `owner${number}`): TestWorker & Severable & { name: string; go(): void } {
      const severable = makeSeverable(database);
      const worker = { ...createTestWorker({ database: severable.database, clock, owner }), ...severable };
      return {
        ...worker,
        name: `flow-${number}`,
        go() {
          started.push(worker);
          worker.workflows.job.start();
        },
      };
    }
    function renew(): void {
      number += 1;
      clock = createTestClock();
    }
    /** One worker with one workflow. */
    function runFlow<Input>(
      run: (context: WorkflowContext, input: Input) => Promise<unknown>,
      more: { timeoutMs?: number } = {},
    ) {
      renew();
      const worker = makeWorker();
      const handle = worker.workflows.define({ name: worker.name, run, ...more });
      worker.go();
      return { ...worker, handle };
    }

    it('runs steps in order and keeps the answer', async () => {
      const { start, until, handle } = runFlow(async (context, input: { by: number }) => {
        const one = await context.step('one', () => Promise.resolve(input.by));
        await context.progress({ done: 1 });
        return context.step('two', () => Promise.resolve(one * 2));
      });
      const run = await until(await start(handle, { by: 21 }));
      expect(run).toMatchObject({ state: 'ready', output: 42, reason: null, progress: { done: 1 } });
    });

    it('starts nothing where the transaction is rolled back, and one run per key', async () => {
      const { start, until, handle, workflows, name: flow } = runFlow(() => Promise.resolve());
      const lost = database.forTenant(SCOPE, async (tx) => {
        await handle.start(tx, { ...SCOPE, input: null });
        throw new Error('no');
      });
      await expect(lost).rejects.toThrow('no');
      const first = await start(handle, null, { dedupeKey: 'k' });
      expect(await start(handle, null, { dedupeKey: 'k' })).toBe(first);
      await until(first);
      const page = { limit: 10, after: null };
      expect((await workflows.list(SCOPE, page, { name: flow })).map(({ id }) => id)).toEqual([first]);
    });

    it('goes on after a crash with what is not in the journal, and locks the dead out', async () => {
      renew();
      const done: string[] = [];
      let letGo = (): void => {};
      const stuck = new Promise<void>((resolve) => (letGo = resolve));
      const flow = (who: string) => async (context: WorkflowContext) => {
        await context.step('one', () => Promise.resolve(done.push(`${who} one`)));
        const key = await context.step('two', async ({ idempotencyKey }) => {
          done.push(`${who} two`);
          if (who === 'a') await stuck;
          return idempotencyKey;
        });
        await context.step('three', () => Promise.resolve(done.push(`${who} three`)));
        return key;
      };
      const [a, b] = [makeWorker(), makeWorker()];
      const handle = a.workflows.define({ name: a.name, run: flow('a') });
      b.workflows.define({ name: b.name, run: flow('b') });
      a.go();
      const id = await a.start(handle, null);
      await eventually(() => done.length === 2);
      a.sever();
      b.go();
      const run = await b.until(id);
      expect(run.output).toBe(`${id}:1`);
      // The first worker comes back to life, and its write is refused: no third step by it.
      letGo();
      a.restore();
      await a.workflows.job.stop();
      expect(done).toEqual(['a one', 'a two', 'b two', 'b three']);
    });

    it('sleeps without being in memory, and not twice', async () => {
      const seen: number[] = [];
      const { start, until, find, handle } = runFlow(async (context) => {
        seen.push(await context.now());
        await context.sleep('night', 8 * HOUR_MS);
        await context.step('morning', () => Promise.resolve());
      });
      const id = await start(handle, null);
      const waiting = await until(id, (run) => run.waitingFor !== null);
      expect(waiting).toMatchObject({ state: 'queued', waitingFor: 'sleep:night' });
      clock.advance(8 * HOUR_MS - 1);
      expect((await find(id)).state).toBe('queued');
      clock.advance(MINUTE_MS);
      expect((await until(id)).state).toBe('ready');
      expect(new Set(seen).size).toBe(1);
    });

    it('receives messages in order, once per key, sent before or after it waits', async () => {
      const { start, until, handle, workflows } = runFlow(async (context) => {
        const got: unknown[] = [];
        for (let at = 0; at < 4; at += 1) got.push(await context.receive('letters', { timeoutMs: HOUR_MS }));
        return got;
      });
      const id = await start(handle, null, { delayMs: MINUTE_MS });
      const send = (body: unknown, dedupeKey?: string) =>
        database.forTenant(SCOPE, (tx) =>
          workflows.send(tx, { ...SCOPE, workflowId: id, topic: 'letters', body, ...(dedupeKey ? { dedupeKey } : {}) }),
        );
      await send({ n: 1 }, 'a');
      await send({ n: 1 }, 'a');
      await send([2]);
      clock.advance(MINUTE_MS);
      await until(id, (run) => run.waitingFor === 'message:letters');
      await send('three');
      await eventually(async () => {
        const run = await until(id, () => true);
        if (run.waitingFor !== null) clock.advance(10 * MINUTE_MS);
        return run.state === 'ready';
      });
      expect((await until(id)).output).toEqual([{ n: 1 }, [2], 'three', null]);
    });

    it('misses no message that is sent while it lies down to wait', async () => {
      const { start, until, handle, workflows } = runFlow(async (context) => {
        for (let at = 0; at < 20; at += 1) await context.receive('tick', { timeoutMs: HOUR_MS });
      });
      const ids = await Promise.all([1, 2, 3].map(() => start(handle, null)));
      for (let at = 0; at < 20; at += 1) {
        await Promise.all(
          ids.map((workflowId) =>
            database.forTenant(SCOPE, (tx) => workflows.send(tx, { ...SCOPE, workflowId, topic: 'tick', body: at })),
          ),
        );
      }
      for (const id of ids) expect((await until(id)).state).toBe('ready');
    });

    it('tries a step again under the same key, and tells why it gave up', async () => {
      const keys: string[] = [];
      const { start, until, handle } = runFlow(async (context) => {
        await context.step(
          'shaky',
          ({ idempotencyKey, attempt }) => {
            keys.push(`${idempotencyKey} ${attempt}`);
            return Promise.reject(new Error('no\n  luck'));
          },
          { attempts: 3, pauseMs: 1_000 },
        );
      });
      const id = await start(handle, null);
      await eventually(() => (clock.advance(500), keys.length === 3));
      expect(await until(id)).toMatchObject({ state: 'failed', reason: 'the step shaky failed: no luck' });
      expect(keys).toEqual([1, 2, 3].map((attempt) => `${id}:0 ${attempt}`));
    });

    it('lets code catch a failed step, the same way in each replay', async () => {
      const { start, until, handle } = runFlow(async (context) => {
        const first = await context.step('bad', () => Promise.reject(new Error('no'))).catch((error: unknown) => error);
        await context.sleep('a while', MINUTE_MS);
        return first instanceof StepFailed ? first.reason : 'not caught';
      });
      const id = await start(handle, null);
      await until(id, (run) => run.waitingFor !== null);
      clock.advance(MINUTE_MS);
      expect((await until(id)).output).toBe('no');
    });

    it('ends a step that takes too long', async () => {
      const { start, until, handle } = runFlow((context) =>
        context.step('slow', () => new Promise(() => undefined), { timeoutMs: 5_000 }),
      );
      const id = await start(handle, null);
      await until(id, (run) => run.state === 'running');
      await eventually(async () => (clock.advance(1_000), (await until(id, () => true)).state === 'failed'));
      expect((await until(id)).reason).toBe('the step slow failed: it took longer than 5000 ms');
    });

    it('ends a run that takes too long, after it cleaned up', async () => {
      const cleaned: string[] = [];
      const { start, until, handle } = runFlow(
        async (context) => {
          try {
            await context.sleep('long', HOUR_MS);
          } catch (error) {
            await context.step('clean', () => Promise.resolve(cleaned.push(String(error))));
            throw error;
          }
        },
        { timeoutMs: MINUTE_MS },
      );
      const id = await start(handle, null);
      await until(id, (run) => run.waitingFor !== null);
      clock.advance(MINUTE_MS);
      expect(await until(id)).toMatchObject({ state: 'failed', reason: 'the run took longer than it may' });
      expect(cleaned).toHaveLength(1);
    });

    it('cancels what waits, what runs and what never ran', async () => {
      let aborted = 0;
      const { start, until, handle, workflows } = runFlow(async (context, how: string) => {
        if (how === 'waits') await context.sleep('long', HOUR_MS);
        await context.step('runs', ({ signal }) => {
          signal.addEventListener('abort', () => (aborted += 1));
          return new Promise(() => undefined);
        });
      });
      const waits = await start(handle, 'waits');
      const runs = await start(handle, 'runs');
      const later = await start(handle, 'later', { delayMs: HOUR_MS });
      await until(waits, (run) => run.waitingFor !== null);
      await until(runs, (run) => run.state === 'running');
      for (const id of [waits, runs, later]) expect(await workflows.cancel(SCOPE, id)).toBe(true);
      for (const id of [waits, runs, later]) expect((await until(id)).state).toBe('canceled');
      expect(aborted).toBe(1);
      expect(await workflows.cancel(SCOPE, later)).toBe(false);
    });

    it('tells a stop once; steps that follow clean up', async () => {
      const cleaned: string[] = [];
      const { start, until, handle, workflows } = runFlow(async (context) => {
        await context.step('one', () => Promise.resolve());
        const why = await context.receive('never', { timeoutMs: HOUR_MS }).catch((error: unknown) => error);
        await context.step('clean', () => Promise.resolve(cleaned.push('cleaned')));
        await context.sleep('let it settle', MINUTE_MS);
        if (why instanceof WorkflowStopped) throw why;
      });
      const id = await start(handle, null);
      await until(id, (run) => run.waitingFor === 'message:never');
      await workflows.cancel(SCOPE, id);
      await until(id, (run) => run.waitingFor === 'sleep:let it settle');
      clock.advance(MINUTE_MS);
      expect((await until(id)).state).toBe('canceled');
      expect(cleaned).toEqual(['cleaned']);
    });

    it('replays a dead letter from the step that failed, or gives it up', async () => {
      const done: string[] = [];
      let broken = true;
      const { start, until, handle, workflows } = runFlow(async (context) => {
        await context.step('one', () => Promise.resolve(done.push('one')));
        await context.step('two', () =>
          broken ? Promise.reject(new Error('broken')) : Promise.resolve(done.push('two')),
        );
      });
      const [again, never] = [await start(handle, null), await start(handle, null)];
      await until(again);
      await until(never);
      const page = { limit: 10, after: null };
      const dead = async (): Promise<WorkflowId[]> =>
        (await workflows.list(SCOPE, page, { deadOnly: true, name: handle.name })).map(({ id }) => id);
      expect((await dead()).toSorted()).toEqual([again, never].toSorted());
      broken = false;
      expect(await workflows.replay(SCOPE, again)).toBe('replayed');
      expect((await until(again, (run) => run.state === 'ready')).reason).toBeNull();
      expect(done).toEqual(['one', 'one', 'two']);
      expect(await workflows.discard(SCOPE, never)).toBe(true);
      expect(await workflows.discard(SCOPE, never)).toBe(false);
      expect(await workflows.replay(SCOPE, never)).toBe('no-dead-letter');
      expect(await dead()).toEqual([]);
    });

    it('makes code that does not fit its journal a dead letter in plain words', async () => {
      renew();
      const [a, b] = [makeWorker(), makeWorker()];
      const handle = a.workflows.define({ name: a.name, run: (context) => context.sleep('nap', MINUTE_MS) });
      b.workflows.define({
        name: b.name,
        run: (context) => context.step('other', () => Promise.resolve()).catch(() => 1),
      });
      a.go();
      const id = await a.start(handle, null);
      await a.until(id, (run) => run.waitingFor !== null);
      await a.workflows.job.stop();
      b.go();
      clock.advance(MINUTE_MS);
      expect((await b.until(id)).reason).toContain('step 0 was sleep "nap" and is now step "other"');
    });

    it.each([
      ['a zero character', () => 'a\u0000b', 'zero character'],
      ['half of a character', () => 'a\ud800b', 'half of a character'],
      ['a megabyte', () => 'a'.repeat(1024 * 1024), 'more than a journal takes'],
    ])('fails in plain words where a step or a run answers %s', async (_what, make, reason) => {
      const { start, until, handle } = runFlow((context, inStep: boolean) =>
        inStep ? context.step('one', () => Promise.resolve(make())) : Promise.resolve(make()),
      );
      for (const inStep of [true, false]) {
        expect(await until(await start(handle, inStep))).toMatchObject({
          state: 'failed',
          reason: expect.stringContaining(reason),
        });
      }
    });

    it('keeps what only looks like a zero character', async () => {
      const { start, until, handle } = runFlow((context) =>
        context.step('one', () => Promise.resolve('a\\u0000 \\\\ud800')),
      );
      expect((await until(await start(handle, null))).output).toBe('a\\u0000 \\\\ud800');
    });

    it('does the work of a transaction once, and undoes it where it fails', async () => {
      const { start, until, handle, workflows } = runFlow(async (context, fails: boolean) => {
        const letter = { ...SCOPE, workflowId: context.workflowId, topic: 'self', body: 'written' };
        const failed = await context
          .transact('write', async (tx) => {
            await workflows.send(tx, letter);
            if (fails) throw new Error('undo it');
          })
          .then(() => null, String);
        return [failed, await context.receive('self', { timeoutMs: 1 })];
      });
      const kept = await until(await start(handle, false));
      expect(kept.output).toEqual([null, 'written']);
      expect((await until(await start(handle, true))).output).toEqual([
        'StepFailed: the step write failed: undo it',
        null,
      ]);
    });

    it('gives up a run that kills its workers', async () => {
      renew();
      let runs = 0;
      const never = () => ((runs += 1), new Promise<never>(() => undefined));
      const first = makeWorker();
      const handle = first.workflows.define({ name: first.name, run: never });
      const id = await first.start(handle, null);
      for (let crash = 0; crash < 5; crash += 1) {
        const worker = makeWorker();
        worker.workflows.define({ name: worker.name, run: never });
        worker.go();
        await eventually(() => runs === crash + 1);
        worker.sever();
      }
      const last = makeWorker();
      last.workflows.define({ name: last.name, run: never });
      last.go();
      expect((await last.until(id)).reason).toBe('its worker died or met a fault 5 times while it ran');
    });

    it('shows and stops only runs of the own tenant', async () => {
      const { start, handle, workflows } = runFlow(() => Promise.resolve());
      const id = await start(handle, null, { delayMs: HOUR_MS });
      const stranger = { tenantId: asTenantId('ten_00000000000000000000000001') };
      expect(await workflows.find(stranger, id)).toBeNull();
      expect(await workflows.cancel(stranger, id)).toBe(false);
      expect(await workflows.list(stranger, { limit: 10, after: null }, { name: handle.name })).toEqual([]);
    });

    it('forgets runs that ended a month ago, dead letters excepted', async () => {
      const { start, until, handle, workflows } = runFlow((_context, fails: boolean) =>
        fails ? Promise.reject(new Error('kept')) : Promise.resolve(),
      );
      const [ended, dead] = [await start(handle, false), await start(handle, true)];
      await until(ended);
      await until(dead);
      clock.advance(31 * 24 * HOUR_MS);
      await eventually(async () => (clock.advance(MINUTE_MS), (await workflows.find(SCOPE, ended)) === null));
      expect(await workflows.find(SCOPE, dead)).not.toBeNull();
    });

    it('finishes the step under way when it stops, and leaves the rest to the next start', async () => {
      renew();
      const done: string[] = [];
      let begun = false;
      let letGo = (): void => {};
      const slow = new Promise<void>((resolve) => (letGo = resolve));
      const run = async (context: WorkflowContext) => {
        await context.step('slow', async () => ((begun = true), await slow, done.push('slow')));
        await context.step('next', () => Promise.resolve(done.push('next')));
      };
      const [a, b] = [makeWorker(), makeWorker('another')];
      const handle = a.workflows.define({ name: a.name, run });
      b.workflows.define({ name: b.name, run });
      a.workflows.job.start();
      const id = await a.start(handle, null);
      await eventually(() => begun);
      const stopped = a.workflows.job.stop();
      letGo();
      await stopped;
      expect(done).toEqual(['slow']);
      expect((await a.find(id)).state).toBe('queued');
      b.go();
      await b.until(id);
      expect(done).toEqual(['slow', 'next']);
    });
  });
}
