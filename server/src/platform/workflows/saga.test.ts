import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asTenantId } from '#kernel';
import type { Database } from '../database/port.ts';
import { openTestDatabase } from '../database/testing.ts';
import { runSaga, type SagaStep } from './port.ts';
import { createTestClock, createTestWorker, eventually, type TestClock, type TestWorker } from './testing.ts';

const SCOPE = { tenantId: asTenantId('default') };
const done: string[] = [];
let database: Database;
let clock: TestClock;
let worker: TestWorker;
let number = 0;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => {
  done.length = 0;
  number += 1;
  clock = createTestClock();
  worker = createTestWorker({ database, clock, owner: `saga${number}` });
});
afterEach(() => worker.workflows.job.stop());

/** Books one thing; its result is its price. */
const book = (name: string, price: number, more: Partial<SagaStep<number>> = {}): SagaStep<number> => ({
  name,
  run: () => (done.push(`book ${name}`), Promise.resolve(price)),
  undo: (paid) => (done.push(`give back ${name} ${paid}`), Promise.resolve()),
  ...more,
});

async function startTrip(last: SagaStep<number>) {
  const handle = worker.workflows.define({
    name: `trip-${number}`,
    run: (context) =>
      runSaga(context, async (saga) => {
        const flight = await saga.do(book('flight', 100));
        return flight + (await saga.do(book('hotel', 50))) + (await saga.do(last));
      }),
  });
  worker.workflows.job.start();
  return worker.start(handle, null);
}

describe('a saga', () => {
  it('keeps everything when all steps succeed', async () => {
    const run = await worker.until(await startTrip(book('car', 7)));
    expect(run).toMatchObject({ state: 'ready', output: 157 });
    expect(done).toEqual(['book flight', 'book hotel', 'book car']);
  });

  it('takes back what was begun, the last first, when a step fails', async () => {
    const id = await startTrip(book('car', 7, { run: () => Promise.reject(new Error('sold out')) }));
    expect(await worker.until(id)).toMatchObject({ state: 'failed', reason: 'the step car failed: sold out' });
    expect(done.slice(2)).toEqual(['give back car null', 'give back hotel 50', 'give back flight 100']);
    expect(await worker.workflows.replay(SCOPE, id)).toBe('undone');
  });

  it('takes back a step that ran out of time, since nobody knows whether it happened', async () => {
    const slow = book('car', 7, { run: () => new Promise(() => undefined), options: { timeoutMs: 1_000 } });
    const run = await worker.until(await startTrip(slow));
    expect(run.reason).toContain('it took longer than 1000 ms');
    expect(done).toContain('give back car null');
  });

  it('takes everything back when it is canceled', async () => {
    const id = await startTrip(book('car', 7, { run: () => (done.push('waits'), new Promise(() => undefined)) }));
    await eventually(() => done.includes('waits'));
    await worker.workflows.cancel(SCOPE, id);
    expect((await worker.until(id)).state).toBe('canceled');
    expect(done.slice(3)).toEqual(['give back car null', 'give back hotel 50', 'give back flight 100']);
  });

  it('goes on undoing past what cannot be undone, and names it', async () => {
    const stuck = book('car', 7, {
      run: () => Promise.reject(new Error('sold out')),
      undo: () => Promise.reject(new Error('closed')),
    });
    const run = await worker.until(await startTrip(stuck));
    expect(run.reason).toContain('not undone: car (closed)');
    expect(done).toContain('give back flight 100');
  });
});
