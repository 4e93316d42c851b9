import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresRig } from '../../../test/rigs/postgres.ts';
import { asTenantId } from '#kernel';
import type { Database } from '../database/port.ts';
import { openPostgresDatabase } from '../database/postgres-database.ts';
import { startInstance } from './idempotency-contract.testing.ts';

const START_MS = 1_700_000_000_000;
const scope = { tenantId: asTenantId('default') };
const request = { method: 'POST', path: '/v1/chat/completions', body: Buffer.from('{}') };
const answer = { status: 200, headers: {}, body: Buffer.from('the answer'), receiptId: null };

let postgres: PostgresRig;
let databases: Database[];
beforeAll(async () => {
  postgres = await startPostgres();
  const url = await postgres.url('idempotency');
  databases = await Promise.all([1, 2, 3].map(() => openPostgresDatabase({ url })));
  await databases[0]?.migrate();
});
afterAll(async () => {
  await Promise.all(databases.map((database) => database.close()));
  await postgres.stop();
});

describe('idempotency between processes on PostgreSQL', () => {
  it('lets exactly one of many truly concurrent requests run, also when a lapsed key is taken over', async () => {
    const instances = databases.map((database, index) => startInstance(database, `process${index}`, START_MS));
    for (let round = 0; round < 40; round += 1) {
      // Odd rounds race for a key that a crashed process left 30 s ago.
      const key = `key ${Math.floor(round / 2)}`;
      if (round % 2 === 1) for (const { clock } of instances) clock.advance(30_000);
      const racers = Array.from({ length: 4 }, () =>
        instances.map(({ idempotency }) => idempotency.begin(scope, key, request)),
      );
      const types = (await Promise.all(racers.flat())).map(({ type }) => type);
      expect(types.filter((type) => type === 'run')).toHaveLength(1);
      expect(types.filter((type) => type === 'in-flight')).toHaveLength(11);
      // The winner crashes: its clock and those of the rest start anew, without its renewals.
      instances.splice(
        0,
        instances.length,
        ...databases.map((database, index) =>
          startInstance(database, `process${index}_${round}`, instances[0]?.clock.now() ?? START_MS),
        ),
      );
    }
  });

  it('gives the kept answer, sealed in bytea, to another process', async () => {
    const [one, two] = databases.map((database, index) => startInstance(database, `answering${index}`, START_MS));
    const verdict = await one?.idempotency.begin(scope, 'kept', request);
    if (verdict?.type !== 'run') throw new Error('the first runs');
    await verdict.run.answer(answer);
    expect(await two?.idempotency.begin(scope, 'kept', request)).toEqual({ type: 'replay', ...answer });
  });
});
