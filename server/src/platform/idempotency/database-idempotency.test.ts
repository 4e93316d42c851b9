import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError, asTenantId } from '#kernel';
import type { Database } from '../database/port.ts';
import { openTestDatabase } from '../database/testing.ts';
import { checkAgainstModel, startInstance, type Wrap } from './idempotency-contract.testing.ts';
import type { Idempotency, IdempotentRun } from './port.ts';

const START_MS = 1_700_000_000_000;
const DAY_MS = 24 * 60 * 60_000;
const answer = { status: 200, headers: { 'x-one': '1' }, body: Buffer.from('the answer'), receiptId: 'rcp_1' };

let database: Database;
let turn = 0;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** Two processes and a tenant of their own. */
function openRig() {
  turn += 1;
  const scope = { tenantId: asTenantId(`ten_${turn}`) };
  const alpha = startInstance(database, `alpha${turn}`, START_MS);
  const beta = startInstance(database, `beta${turn}`, START_MS);
  const request = { method: 'POST', path: '/v1/chat/completions', body: Buffer.from('{"a":1}') };
  const begin = (idempotency: Idempotency, key = 'key', changes: object = {}) =>
    idempotency.begin(scope, key, { ...request, ...changes });
  const run = async (idempotency: Idempotency, key = 'key'): Promise<IdempotentRun> => {
    const verdict = await begin(idempotency, key);
    if (verdict.type !== 'run') throw new Error(`the request got ${verdict.type}`);
    return verdict.run;
  };
  return { alpha, beta, begin, run };
}

describe('idempotency', () => {
  it('keeps its promise over random histories of two processes', async () => {
    await expect(checkAgainstModel(database)).resolves.toBeUndefined();
  });

  it('gives the same answer to the same request, from any process, for a day', async () => {
    const { alpha, beta, begin, run } = openRig();
    await (await run(alpha.idempotency)).answer(answer);
    expect(await begin(beta.idempotency)).toEqual({ type: 'replay', ...answer });
    beta.clock.advance(DAY_MS - 1);
    expect((await begin(beta.idempotency)).type).toBe('replay');
    beta.clock.advance(1);
    expect((await begin(beta.idempotency)).type).toBe('run');
  });

  it('lets exactly one of many racing requests run', async () => {
    const { alpha, beta, begin } = openRig();
    const racers = Array.from({ length: 30 }, (_, index) => begin(index % 2 ? alpha.idempotency : beta.idempotency));
    const types = (await Promise.all(racers)).map(({ type }) => type);
    expect(types.filter((type) => type === 'run')).toHaveLength(1);
    expect(types.filter((type) => type === 'in-flight')).toHaveLength(29);
  });

  it('holds the key while the call runs, however long', async () => {
    const { alpha, beta, begin, run } = openRig();
    await run(alpha.idempotency);
    for (let minute = 0; minute < 3; minute += 1) {
      for (let part = 0; part < 6; part += 1) {
        alpha.clock.advance(10_000);
        beta.clock.advance(10_000);
        await database.check();
      }
      expect((await begin(beta.idempotency)).type).toBe('in-flight');
    }
  });

  it('lets a repeat run anew once the lock of a crashed process has lapsed', async () => {
    const { alpha, beta, begin, run } = openRig();
    const lost = await run(alpha.idempotency);
    beta.clock.advance(29_999);
    expect((await begin(beta.idempotency)).type).toBe('in-flight');
    beta.clock.advance(1);
    const second = await run(beta.idempotency);
    // The first wakes up late: it neither overwrites nor frees what the second holds.
    await lost.answer({ ...answer, body: Buffer.from('late') });
    expect((await begin(beta.idempotency)).type).toBe('in-flight');
    await second.answer(answer);
    expect(await begin(alpha.idempotency)).toEqual({ type: 'replay', ...answer });
  });

  it('frees at a start what the last process of the same owner left, and nothing of others', async () => {
    const { alpha, beta, begin, run } = openRig();
    await run(alpha.idempotency, 'mine');
    await run(beta.idempotency, 'theirs');
    await alpha.idempotency.recover();
    expect((await begin(alpha.idempotency, 'mine')).type).toBe('run');
    expect((await begin(alpha.idempotency, 'theirs')).type).toBe('in-flight');
  });

  it.each(['', 'é', 'a\tb', 'a\u0000', 'x'.repeat(256)])('refuses the key %j', async (key) => {
    const { alpha, begin } = openRig();
    await expect(begin(alpha.idempotency, key)).rejects.toMatchObject({ status: 400, param: 'idempotency-key' });
  });

  it('takes 255 printable characters', async () => {
    const { alpha, begin } = openRig();
    expect((await begin(alpha.idempotency, '~ '.repeat(127).concat('~'))).type).toBe('run');
  });

  it('stores nothing that reads as the key, the request or the answer', async () => {
    const { alpha, run } = openRig();
    const kept = await run(alpha.idempotency, 'a very secret key');
    await kept.answer({ ...answer, body: Buffer.from('a very secret answer') });
    const { rows } = await database.asRole('operator', (tx) =>
      sql<{
        row: string;
      }>`select row_to_json(k)::text || coalesce(encode(body, 'escape'), '') as row from idempotency_key k`.execute(tx),
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { row } of rows) expect(row).not.toMatch(/secret|x-one|"a":1/);
  });

  it('sweeps what has expired', async () => {
    const { alpha, run } = openRig();
    await (await run(alpha.idempotency)).answer(answer);
    alpha.idempotency.sweep.start();
    alpha.clock.advance(DAY_MS + 60 * 60_000);
    await alpha.idempotency.sweep.stop();
    const { rows } = await database.asRole('operator', (tx) =>
      sql`select 1 from idempotency_key where owner like ${`alpha${turn}#%`}`.execute(tx),
    );
    expect(rows).toEqual([]);
  });

  it('runs nothing while the database is away, and keeps what ran meanwhile as soon as it is back', async () => {
    let away = false;
    const flaky: Database = {
      ...database,
      forTenant: (scope, work) =>
        away ? Promise.reject(new AppError('database_unavailable')) : database.forTenant(scope, work),
    };
    const { idempotency, clock } = startInstance(flaky, 'flaky', START_MS);
    const begin = () =>
      idempotency.begin({ tenantId: asTenantId('default') }, 'k', { method: 'POST', path: '/', body: Buffer.of() });
    const first = await begin();
    if (first.type !== 'run') throw new Error('the first runs');
    away = true;
    await expect(begin()).rejects.toMatchObject({ code: 'database_unavailable' });
    await first.run.answer(answer);
    away = false;
    expect((await begin()).type).toBe('in-flight');
    clock.advance(1000);
    await expect.poll(begin).toEqual({ type: 'replay', ...answer });
  });
});

describe('the model finds a seeded fault:', () => {
  const onBegin =
    (
      change: (idempotency: Idempotency, given: Parameters<Idempotency['begin']>) => ReturnType<Idempotency['begin']>,
    ): Wrap =>
    (idempotency) => ({ ...idempotency, begin: (...given) => change(idempotency, given) });
  const onRun = (change: (run: IdempotentRun) => Partial<IdempotentRun>): Wrap =>
    onBegin(async (idempotency, given) => {
      const verdict = await idempotency.begin(...given);
      return verdict.type === 'run' ? { type: 'run', run: { ...verdict.run, ...change(verdict.run) } } : verdict;
    });

  const faults: [string, Wrap][] = [
    ['the answer is not stored', onRun((run) => ({ answer: () => run.release() }))],
    ['a failed answer is stored', onRun((run) => ({ answer: (given) => run.answer({ ...given, status: 201 }) }))],
    ['a stream is forgotten', onRun((run) => ({ streamed: () => run.release() }))],
    ['a key is not freed', onRun((run) => ({ release: () => run.streamed('') }))],
    ['what a crash cut off stays locked', (idempotency) => ({ ...idempotency, recover: () => Promise.resolve() })],
    [
      'the tenant is left out',
      onBegin((idempotency, [, key, request]) => idempotency.begin({ tenantId: asTenantId('all') }, key, request)),
    ],
    [
      'the body is left out',
      onBegin((idempotency, [scope, key, request]) => idempotency.begin(scope, key, { ...request, body: Buffer.of() })),
    ],
    [
      'the path is left out',
      onBegin((idempotency, [scope, key, request]) => idempotency.begin(scope, key, { ...request, path: '' })),
    ],
    [
      'a second request runs beside the first',
      onBegin(async (idempotency, given) => {
        const verdict = await idempotency.begin(...given);
        return verdict.type === 'in-flight' ? idempotency.begin(given[0], `${given[1]} again`, given[2]) : verdict;
      }),
    ],
  ];

  it.each(faults)('%s', async (_name, wrap) => {
    await expect(checkAgainstModel(database, wrap, 200)).rejects.toThrow('Property failed');
  });
});
