/** What every workflow may rely on, on both databases. Time is virtual; databases are real. */
import { describe, expect, it } from 'vitest';
import { asTenantId } from '#kernel';
import type { Database } from '../database/port.ts';
import { useFlows } from './flow-rig.testing.ts';
import type { WorkflowContext } from './port.ts';
import { eventually } from './testing.ts';

const SCOPE = { tenantId: asTenantId('default') };
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** To be called once per database; the database is migrated and nobody else's. */
export function describeWorkflows(name: string, open: () => Promise<Database>): void {
  describe(`workflows on ${name}`, () => {
    const rig = useFlows(open);

    it('runs steps in order and keeps the answer', async () => {
      const { start, until, handle } = rig.runFlow(async (context, input: { by: number }) => {
        const one = await context.step('one', () => Promise.resolve(input.by));
        await context.progress({ done: 1 });
        return context.step('two', () => Promise.resolve(one * 2));
      });
      const run = await until(await start(handle, { by: 21 }));
      expect(run).toMatchObject({ state: 'ready', output: 42, reason: null, progress: { done: 1 } });
    });

    it('starts nothing where the transaction is rolled back, and one run per key', async () => {
      const { start, until, handle, workflows, name: flow } = rig.runFlow(() => Promise.resolve());
      const lost = rig.database.forTenant(SCOPE, async (tx) => {
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
      rig.renew();
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
      const [a, b] = [rig.makeWorker(), rig.makeWorker()];
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
      const { start, until, find, handle } = rig.runFlow(async (context) => {
        seen.push(await context.now());
        await context.sleep('night', 8 * HOUR_MS);
        await context.step('morning', () => Promise.resolve());
      });
      const id = await start(handle, null);
      const waiting = await until(id, (run) => run.waitingFor !== null);
      expect(waiting).toMatchObject({ state: 'queued', waitingFor: 'sleep:night' });
      rig.clock.advance(8 * HOUR_MS - 1);
      expect((await find(id)).state).toBe('queued');
      rig.clock.advance(MINUTE_MS);
      expect((await until(id)).state).toBe('ready');
      expect(new Set(seen).size).toBe(1);
    });

    it('receives messages in order, once per key, sent before or after it waits', async () => {
      const { start, until, handle, workflows } = rig.runFlow(async (context) => {
        const got: unknown[] = [];
        for (let at = 0; at < 4; at += 1) got.push(await context.receive('letters', { timeoutMs: HOUR_MS }));
        return got;
      });
      const id = await start(handle, null, { delayMs: MINUTE_MS });
      const send = (body: unknown, dedupeKey?: string) =>
        rig.database.forTenant(SCOPE, (tx) =>
          workflows.send(tx, { ...SCOPE, workflowId: id, topic: 'letters', body, ...(dedupeKey ? { dedupeKey } : {}) }),
        );
      await send({ n: 1 }, 'a');
      await send({ n: 1 }, 'a');
      await send([2]);
      rig.clock.advance(MINUTE_MS);
      await until(id, (run) => run.waitingFor === 'message:letters');
      await send('three');
      await eventually(async () => {
        const run = await until(id, () => true);
        if (run.waitingFor !== null) rig.clock.advance(10 * MINUTE_MS);
        return run.state === 'ready';
      });
      expect((await until(id)).output).toEqual([{ n: 1 }, [2], 'three', null]);
    });

    it('misses no message that is sent while it lies down to wait', async () => {
      const { start, until, handle, workflows } = rig.runFlow(async (context) => {
        for (let at = 0; at < 20; at += 1) await context.receive('tick', { timeoutMs: HOUR_MS });
      });
      const ids = await Promise.all([1, 2, 3].map(() => start(handle, null)));
      for (let at = 0; at < 20; at += 1) {
        await Promise.all(
          ids.map((workflowId) =>
            rig.database.forTenant(SCOPE, (tx) =>
              workflows.send(tx, { ...SCOPE, workflowId, topic: 'tick', body: at }),
            ),
          ),
        );
      }
      for (const id of ids) expect((await until(id)).state).toBe('ready');
    });

    it('shows and stops only runs of the own tenant', async () => {
      const { start, handle, workflows } = rig.runFlow(() => Promise.resolve());
      const id = await start(handle, null, { delayMs: HOUR_MS });
      const stranger = { tenantId: asTenantId('ten_00000000000000000000000001') };
      expect(await workflows.find(stranger, id)).toBeNull();
      expect(await workflows.cancel(stranger, id)).toBe(false);
      expect(await workflows.list(stranger, { limit: 10, after: null }, { name: handle.name })).toEqual([]);
    });

    it('forgets runs that ended a month ago, dead letters excepted', async () => {
      const { start, until, handle, workflows } = rig.runFlow((_context, fails: boolean) =>
        fails ? Promise.reject(new Error('kept')) : Promise.resolve(),
      );
      const [ended, dead] = [await start(handle, false), await start(handle, true)];
      await until(ended);
      await until(dead);
      rig.clock.advance(31 * 24 * HOUR_MS);
      await eventually(async () => (rig.clock.advance(MINUTE_MS), (await workflows.find(SCOPE, ended)) === null));
      expect(await workflows.find(SCOPE, dead)).not.toBeNull();
    });

    it('finishes the step under way when it stops, and leaves the rest to the next start', async () => {
      rig.renew();
      const done: string[] = [];
      let begun = false;
      let letGo = (): void => {};
      const slow = new Promise<void>((resolve) => (letGo = resolve));
      const run = async (context: WorkflowContext) => {
        await context.step('slow', async () => ((begun = true), await slow, done.push('slow')));
        await context.step('next', () => Promise.resolve(done.push('next')));
      };
      const [a, b] = [rig.makeWorker(), rig.makeWorker('another')];
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
