/** How workflows fail, stop and are taken up again, on both databases. Time is virtual; databases are real. */
import { describe, expect, it } from 'vitest';
import { AppError, asTenantId, type WorkflowId } from '#kernel';
import type { Database } from '../database/port.ts';
import { useFlows } from './flow-rig.testing.ts';
import { StepFailed, WorkflowStopped } from './port.ts';
import { eventually } from './testing.ts';

const SCOPE = { tenantId: asTenantId('default') };
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** To be called once per database; the database is migrated and nobody else's. */
export function describeFailures(name: string, open: () => Promise<Database>): void {
  describe(`workflows that fail on ${name}`, () => {
    const rig = useFlows(open);

    it('tries a step again under the same key, and tells why it gave up', async () => {
      const keys: string[] = [];
      const { start, until, handle } = rig.runFlow(async (context) => {
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
      await eventually(() => (rig.clock.advance(500), keys.length === 3));
      expect(await until(id)).toMatchObject({ state: 'failed', reason: 'the step shaky failed: no luck' });
      expect(keys).toEqual([1, 2, 3].map((attempt) => `${id}:0 ${attempt}`));
    });

    it('counts no step as failed because the database went away while it ran', async () => {
      const keys: string[] = [];
      const { start, until, handle } = rig.runFlow((context) =>
        context.step('reads', ({ idempotencyKey }) => {
          if (keys.push(idempotencyKey) < 3) return Promise.reject(new AppError('database_unavailable'));
          return Promise.resolve('read');
        }),
      );
      const id = await start(handle, null);
      expect(await until(id)).toMatchObject({ state: 'ready', output: 'read' });
      expect(keys).toEqual([`${id}:0`, `${id}:0`, `${id}:0`]);
    });

    it('lets code catch a failed step, the same way in each replay', async () => {
      const { start, until, handle } = rig.runFlow(async (context) => {
        const first = await context.step('bad', () => Promise.reject(new Error('no'))).catch((error: unknown) => error);
        await context.sleep('a while', MINUTE_MS);
        return first instanceof StepFailed ? first.reason : 'not caught';
      });
      const id = await start(handle, null);
      await until(id, (run) => run.waitingFor !== null);
      rig.clock.advance(MINUTE_MS);
      expect((await until(id)).output).toBe('no');
    });

    it('ends a step that takes too long', async () => {
      const { start, until, handle } = rig.runFlow((context) =>
        context.step('slow', () => new Promise(() => undefined), { timeoutMs: 5_000 }),
      );
      const id = await start(handle, null);
      await until(id, (run) => run.state === 'running');
      await eventually(async () => (rig.clock.advance(1_000), (await until(id, () => true)).state === 'failed'));
      expect((await until(id)).reason).toBe('the step slow failed: it took longer than 5000 ms');
    });

    it('ends a run that takes too long, after it cleaned up', async () => {
      const cleaned: string[] = [];
      const { start, until, handle } = rig.runFlow(
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
      rig.clock.advance(MINUTE_MS);
      expect(await until(id)).toMatchObject({ state: 'failed', reason: 'the run took longer than it may' });
      expect(cleaned).toHaveLength(1);
    });

    it('cancels what waits, what runs and what never ran', async () => {
      let aborted = 0;
      const { start, until, handle, workflows } = rig.runFlow(async (context, how: string) => {
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
      const { start, until, handle, workflows } = rig.runFlow(async (context) => {
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
      rig.clock.advance(MINUTE_MS);
      expect((await until(id)).state).toBe('canceled');
      expect(cleaned).toEqual(['cleaned']);
    });

    it('replays a dead letter from the step that failed, or gives it up', async () => {
      const done: string[] = [];
      let broken = true;
      const { start, until, handle, workflows } = rig.runFlow(async (context) => {
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

    it('replays what was stopped and could not clean up, and does not stop it again', async () => {
      let broken = true;
      const { start, until, handle, workflows } = rig.runFlow(async (context) => {
        try {
          await context.sleep('nap', HOUR_MS);
        } catch (error) {
          await context.step('clean', () => (broken ? Promise.reject(new Error('stuck')) : Promise.resolve()));
          throw error;
        }
      });
      const id = await start(handle, null);
      await until(id, (run) => run.waitingFor !== null);
      await workflows.cancel(SCOPE, id);
      expect((await until(id)).reason).toBe('the step clean failed: stuck');
      broken = false;
      expect(await workflows.replay(SCOPE, id)).toBe('replayed');
      await until(id, (run) => run.waitingFor === 'sleep:nap');
      rig.clock.advance(HOUR_MS);
      expect((await until(id)).state).toBe('ready');
    });

    it('makes code that does not fit its journal a dead letter in plain words', async () => {
      rig.renew();
      const [a, b] = [rig.makeWorker(), rig.makeWorker()];
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
      rig.clock.advance(MINUTE_MS);
      expect((await b.until(id)).reason).toContain('step 0 was sleep "nap" and is now step "other"');
    });

    it.each([
      ['a zero character', () => 'a\u0000b', 'zero character'],
      ['half of a character', () => 'a\ud800b', 'half of a character'],
      ['a megabyte', () => 'a'.repeat(1024 * 1024), 'more than a journal takes'],
    ])('fails in plain words where a step or a run answers %s', async (_what, make, reason) => {
      const { start, until, handle } = rig.runFlow((context, inStep: boolean) =>
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
      const { start, until, handle } = rig.runFlow((context) =>
        context.step('one', () => Promise.resolve('a\\u0000 \\\\ud800')),
      );
      expect((await until(await start(handle, null))).output).toBe('a\\u0000 \\\\ud800');
    });

    it('does the work of a transaction once, and undoes it where it fails', async () => {
      const { start, until, handle, workflows } = rig.runFlow(async (context, fails: boolean) => {
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
      rig.renew();
      let runs = 0;
      const never = () => ((runs += 1), new Promise<never>(() => undefined));
      const first = rig.makeWorker();
      const handle = first.workflows.define({ name: first.name, run: never });
      const id = await first.start(handle, null);
      for (let crash = 0; crash < 5; crash += 1) {
        const worker = rig.makeWorker();
        worker.workflows.define({ name: worker.name, run: never });
        worker.go();
        await eventually(() => runs === crash + 1);
        worker.sever();
      }
      const last = rig.makeWorker();
      last.workflows.define({ name: last.name, run: never });
      last.go();
      expect((await last.until(id)).reason).toBe('its worker died or met a fault 5 times while it ran');
    });
  });
}
