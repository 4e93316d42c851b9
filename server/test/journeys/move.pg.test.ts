/** From the embedded database to PostgreSQL and on to two workers: nothing is lost, and no caller has to change. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ask,
  get,
  listAll,
  makeKey,
  type Caller,
  type NewKey,
  type ReceiptView,
  type UsageTotal,
} from '../rigs/api.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { startPostgres, type PostgresRig } from '../rigs/postgres.ts';
import { createReeveHome, type ReeveHome, type RunningReeve } from '../rigs/reeve.ts';
import { verifyReceipts } from '../rigs/verify-receipts.ts';

const CALLS = 30;

let rig: PostgresRig;
let mock: MockProvider;
let home: ReeveHome;
let databaseUrl: string;

beforeAll(async () => {
  rig = await startPostgres({ fsync: true });
  mock = await startMockProvider();
  home = await createReeveHome({ config: mockConfig(mock, ['endless']) });
  databaseUrl = await rig.url('moved');
});
afterAll(async () => {
  await home.dispose();
  await mock.stop();
  await rig.stop();
});

interface Books {
  receipts: ReceiptView[];
  total: UsageTotal;
}

async function readBooks(running: RunningReeve): Promise<Books> {
  const caller = { baseUrl: running.baseUrl, key: home.apiKey() };
  const receipts = await listAll<ReceiptView>(caller, '/api/v1/receipts');
  const { total } = (await (await get(caller, '/api/v1/usage')).json()) as { total: UsageTotal };
  return { receipts, total };
}

describe('from one process to many', () => {
  let before: Books;
  let key: NewKey;

  test('a server that is killed leaves a folder that moves whole', async () => {
    const running = await home.start();
    const caller: Caller = { baseUrl: running.baseUrl, key: home.apiKey() };
    key = await makeKey(caller, { name: 'kept', scopes: ['models:invoke'] });
    for (let call = 0; call < CALLS; call += 1)
      expect((await ask({ ...caller, key: key.key }, 'good')).status).toBe(200);
    const cutOff = ask(caller, 'endless', { stream: true })
      .then((response) => response.text())
      .catch(() => null);
    await expect.poll(() => mock.requestsTo('endless').length).toBe(1);
    const beside = await home.cli('move', '--to', databaseUrl);
    expect(beside.code).toBe(3);
    expect(beside.stderr).toMatch(/Another process \(pid \d+\) works in the data folder .*Stop it to move/);
    await running.kill();
    await cutOff;

    const { code, stdout, stderr } = await home.cli('move', '--to', databaseUrl, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter((line) => 'progress' in line).length).toBeGreaterThan(3);
    expect(lines.at(-1)).toMatchObject({
      result: {
        type: 'moved',
        resumed: false,
        chains: 1,
        receipts: CALLS + 1,
        next: { REEVE_DATABASE_URL: databaseUrl },
      },
    });
  });

  test('the folder is as it was: the embedded server still answers', async () => {
    const running = await home.start();
    before = await readBooks(running).finally(() => running.stop());
    expect(before.receipts).toHaveLength(CALLS + 1);
    expect(before.receipts.at(-1)).toMatchObject({ status: 'assumed' });
  });

  test('on PostgreSQL the same keys work, the books are the same, and the chain goes on', async () => {
    const running = await home.start({ REEVE_DATABASE_URL: databaseUrl });
    expect(await readBooks(running)).toEqual(before);
    expect((await ask({ baseUrl: running.baseUrl, key: key.key }, 'good')).status).toBe(200);
    const { receipts } = await readBooks(running);
    expect(receipts).toHaveLength(CALLS + 2);
    expect(new Set(receipts.map(({ writer_id: writer }) => writer)).size).toBe(1);
    expect((await verifyReceipts(receipts)).faults).toEqual([]);
    expect((await running.stop()).code).toBe(0);
  });

  test('and then two workers serve it', async () => {
    const running = await home.start({ REEVE_DATABASE_URL: databaseUrl, REEVE_WORKERS: '2' });
    const caller = { baseUrl: running.baseUrl, key: key.key };
    const statuses = await Promise.all(
      Array.from({ length: 10 }, () => ask(caller, 'good').then(({ status }) => status)),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    const { receipts } = await readBooks(running);
    expect(receipts).toHaveLength(CALLS + 12);
    expect((await verifyReceipts(receipts)).faults).toEqual([]);
    expect(existsSync(join(home.dataDir, 'workers', '2'))).toBe(true);
    expect((await running.stop()).code).toBe(0);
  });

  test.for([
    ['moved already', (): string => databaseUrl, 3, /was finished at/],
    ['nobody there', (): string => 'postgres://reeve:hidden-word@127.0.0.1:1/reeve', 5, /database/i],
    ['no URL of PostgreSQL', (): string => 'mysql://localhost/reeve', 2, /postgres:\/\//],
  ] as const)('%s: refused in clear words', async ([, url, code, says]) => {
    const exit = await home.cli('move', '--to', url());
    expect({ code: exit.code, stdout: exit.stdout }).toEqual({ code, stdout: '' });
    expect(exit.stderr).toMatch(says);
    expect(exit.stderr).not.toContain('hidden-word');
    expect(exit.stderr).not.toMatch(/\n\s+at .*\(/);
  });

  test('a database with other data is refused, and so is a start on one that is moved in part', async () => {
    const other = await createReeveHome({ databaseUrl: await rig.url('other') });
    await (await other.start()).stop();
    const taken = await home.cli('move', '--to', await rig.url('other'));
    expect(taken.code).toBe(3);
    expect(taken.stderr).toMatch(/not empty: it has rows in .*tenant/);
    const admin = new Client({ connectionString: rig.adminUrl('other') });
    await admin.connect();
    await admin.query(`insert into data_move (source_id) values ('wri_0')`);
    await admin.end();
    const { code, stderr } = await other.cli('serve');
    expect(code).toBe(1);
    expect(stderr).toMatch(/is not finished.*reeve move/);
    await other.dispose();
  });
});
