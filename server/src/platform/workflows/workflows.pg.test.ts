import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresRig } from '../../../test/rigs/postgres.ts';
import { systemClock } from '../clock/system-clock.ts';
import { openPostgresDatabase } from '../database/postgres-database.ts';
import { describeFailures } from './failures-contract.testing.ts';
import { describeWorkers } from './workers-contract.testing.ts';
import { describeWorkflows } from './workflows-contract.testing.ts';
import { createTestWorker, eventually } from './testing.ts';

let postgres: PostgresRig;
beforeAll(async () => {
  postgres = await startPostgres({ fsync: true });
});
afterAll(() => postgres.stop());

async function openDatabase(name: string) {
  const database = await openPostgresDatabase({ url: await postgres.url(name) });
  await database.migrate();
  return database;
}

describeWorkflows('PostgreSQL', () => openDatabase('workflows'));
describeFailures('PostgreSQL', () => openDatabase('failures'));
describeWorkers('PostgreSQL', () => openDatabase('workers'));

describe('workflows while PostgreSQL crashes', () => {
  it('go on when it is back; each step of the journal happened once', { timeout: 120_000 }, async () => {
    const database = await openDatabase('crashing');
    const { workflows, start, find } = createTestWorker({ database, clock: systemClock });
    const done: string[] = [];
    const handle = workflows.define({
      name: 'long',
      run: async (context) => {
        for (let step = 0; step < 20; step += 1) {
          await context.step(`step ${step}`, ({ idempotencyKey }) => Promise.resolve(done.push(idempotencyKey)));
          await context.sleep(`pause ${step}`, 20);
        }
      },
    });
    workflows.job.start();
    const ids = await Promise.all(Array.from({ length: 6 }, () => start(handle, null)));
    for (const after of [30, 60, 90]) {
      await eventually(() => done.length > after);
      await postgres.crash();
    }
    for (const id of ids) {
      const state = async () => (await find(id).catch(() => null))?.finishedAtMs ?? null;
      await eventually(async () => (await state()) !== null);
      expect(await find(id)).toMatchObject({ state: 'ready', reason: null });
    }
    await workflows.job.stop();
    await database.close();
    expect(new Set(done).size).toBe(120);
  });
});
