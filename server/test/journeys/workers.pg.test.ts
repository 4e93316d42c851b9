/** `--workers 2` behind one port: calls, books, metrics, a worker that dies, a renewal under load, a stop. */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask, listAll, sseData, type Caller, type ReceiptView } from '../rigs/api.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { startPostgres, type PostgresRig } from '../rigs/postgres.ts';
import { createReeveHome, type ReeveHome, type RunningReeve } from '../rigs/reeve.ts';
import { verifyReceipts } from '../rigs/verify-receipts.ts';

let rig: PostgresRig;
let mock: MockProvider;
let home: ReeveHome;
let running: RunningReeve;
let caller: Caller;
let made = 0;

beforeAll(async () => {
  rig = await startPostgres({ fsync: true });
  mock = await startMockProvider();
});
afterAll(async () => {
  await mock.stop();
  await rig.stop();
});
beforeEach(async () => {
  made += 1;
  const config = mockConfig(mock, ['slow', 'slow-frames'], { faultTimeoutMs: 60_000 });
  const env = { REEVE_WORKERS: '2', REEVE_LOG_LEVEL: 'info' };
  home = await createReeveHome({ config, databaseUrl: await rig.url(`workers${made}`), env });
  running = await home.start();
  caller = { baseUrl: running.baseUrl, key: home.apiKey() };
});
afterEach(() => home.dispose());

/** The processes that the supervisor started. */
const workerPids = (): number[] =>
  readFileSync(`/proc/${running.pid}/task/${running.pid}/children`, 'utf8')
    .split(' ')
    .filter((pid) => pid !== '')
    .map(Number);

const callNew = (model = 'good'): Promise<number> =>
  fetch(`${caller.baseUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${caller.key}`, 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
  }).then(async (response) => {
    await response.text();
    return response.status;
  });

async function readBooks(): Promise<{ writers: number; count: number; faults: unknown[] }> {
  const receipts = await listAll<ReceiptView & { writer_id: string }>(caller, '/api/v1/receipts');
  const { faults } = await verifyReceipts(receipts);
  return { writers: new Set(receipts.map((receipt) => receipt.writer_id)).size, count: receipts.length, faults };
}

describe('two workers behind one port', () => {
  test('both serve, each with a chain of its own, and the metrics are those of both', async () => {
    expect(running.stdout().match(/^API key: /gm)).toHaveLength(1);
    const statuses = await Promise.all(Array.from({ length: 40 }, () => callNew()));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await readBooks()).toEqual({ writers: 2, count: 40, faults: [] });
    const metrics = await fetch(`${caller.baseUrl}/metrics`).then((response) => response.text());
    const counted = [...metrics.matchAll(/^reeve_requests_total\{worker="(\d)".* (\d+)$/gm)];
    expect(new Set(counted.map(([, worker]) => worker))).toEqual(new Set(['1', '2']));
    expect(counted.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(40);
    expect(metrics.match(/^# TYPE reeve_requests_total /gm)).toHaveLength(1);
    expect((await home.cli('keys', 'list')).code).toBe(0);
    expect((await running.stop()).code).toBe(0);
  });

  test('one that is killed is replaced; what it had acknowledged is there', async () => {
    const [first, second] = workerPids();
    expect(workerPids()).toHaveLength(2);
    for (const victim of [second, first]) {
      await Promise.all(Array.from({ length: 10 }, () => callNew()));
      process.kill(victim ?? 0, 'SIGKILL');
      await expect.poll(workerPids, { timeout: 5000 }).toHaveLength(1);
      await expect.poll(workerPids, { timeout: 5000 }).toHaveLength(2);
      await expect
        .poll(() => running.stderr().match(/the worker is back/g)?.length ?? 0, { timeout: 20_000 })
        .toBe(victim === second ? 1 : 2);
      expect(running.stderr()).toContain('a worker died and is replaced');
    }
    expect(await callNew()).toBe(200);
    expect(await readBooks()).toMatchObject({ count: 21, faults: [] });
    expect((await running.stop()).code).toBe(0);
  });

  test('SIGHUP renews them under load, and nobody notices', { timeout: 90_000 }, async () => {
    const before = workerPids();
    const stream = await ask(caller, 'slow-frames', { stream: true });
    const statuses: Promise<number | string>[] = [];
    process.kill(running.pid, 'SIGHUP');
    const renewed = (): number => running.stderr().match(/the worker is renewed/g)?.length ?? 0;
    const untilMs = performance.now() + 60_000;
    while (renewed() < 2 && performance.now() < untilMs) {
      statuses.push(callNew().catch(String));
      statuses.push(ask(caller, 'good').then(({ status }) => status, String));
      await wait(20);
    }
    expect(sseData(await stream.text()).at(-1)).toBe('[DONE]');
    expect(new Set(await Promise.all(statuses))).toEqual(new Set([200]));
    expect(workerPids().filter((pid) => before.includes(pid))).toEqual([]);
    expect(await readBooks()).toMatchObject({ count: statuses.length + 1, faults: [] });
    expect((await running.stop()).code).toBe(0);
  });

  test('SIGTERM lets the streams of all finish', async () => {
    const streams = await Promise.all(Array.from({ length: 4 }, () => ask(caller, 'slow-frames', { stream: true })));
    const stopped = running.stop();
    for (const stream of streams) expect(sseData(await stream.text()).at(-1)).toBe('[DONE]');
    expect((await stopped).code).toBe(0);
  });

  test('a second server on the folder is refused in clear words', async () => {
    const { code, stderr } = await home.cli('serve');
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/Another process \(pid \d+\) works in the data folder/);
    expect((await running.stop()).code).toBe(0);
  });

  test('fewer workers than before settle what the others left', async () => {
    const slow = Array.from({ length: 8 }, () => callNew('slow').catch(() => 'cut'));
    await wait(300);
    for (const pid of workerPids()) process.kill(pid, 'SIGKILL');
    await running.kill();
    await Promise.all(slow);
    const single = await home.start({ REEVE_WORKERS: '1' });
    caller = { ...caller, baseUrl: single.baseUrl };
    const receipts = await listAll<ReceiptView>(caller, '/api/v1/receipts');
    expect(receipts.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 'assumed'));
    expect((await verifyReceipts(receipts)).faults).toEqual([]);
    await single.stop();
  });
});
