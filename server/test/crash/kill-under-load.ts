/**
 * The crash oracle: a Reeve under load is killed with SIGKILL again and again, while this process remembers every answer
 * that was acknowledged and every request that reached the provider. Afterwards the books must agree.
 */
import { describe, expect, test } from 'vitest';
import { expectJson, get, listAll, type Caller, type UsageTotal } from '../rigs/api.ts';
import { KILLS, killAgainAndAgain } from '../rigs/kill-loop.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { createReeveHome, type ReeveHome } from '../rigs/reeve.ts';
import { findBookFaults, sumUsage, type Acknowledged, type LedgerReceipt } from './books.ts';

const CALLERS = 12;
const LOAD_MS: [number, number] = [250, 950];
const MODELS = ['good', 'good', 'good', 'slow', 'slow-frames'];

export function describeKillUnderLoad(name: string, databaseUrl: () => Promise<string | undefined>): void {
  describe(`${KILLS} × kill -9 under load on ${name}`, () => {
    test(
      'every acknowledged answer has its receipt, nothing is lost, doubled or unchained',
      async () => {
        const mock = await startMockProvider();
        const url = await databaseUrl();
        const home = await createReeveHome({
          config: mockConfig(mock, ['slow', 'slow-frames'], { faultTimeoutMs: 10_000 }),
          ...(url === undefined ? {} : { databaseUrl: url }),
        });
        try {
          await checkBooks(home, mock, await killUnderLoad(home));
        } finally {
          await home.dispose();
          await mock.stop();
        }
      },
      300_000 + KILLS * 10_000,
    );
  });
}

async function killUnderLoad(home: ReeveHome): Promise<Acknowledged[]> {
  const acknowledged: Acknowledged[] = [];
  await killAgainAndAgain({
    start: () => home.start(),
    load: ({ baseUrl }, round) =>
      Promise.all(
        Array.from({ length: CALLERS }, (_, caller) =>
          keepAsking({ baseUrl, key: home.apiKey() }, `${round}-${caller}`, acknowledged),
        ),
      ),
    lifeMs: LOAD_MS,
  });
  return acknowledged;
}

/** Asks until the server is gone. What it has in hand then was not acknowledged. */
async function keepAsking(caller: Caller, name: string, acknowledged: Acknowledged[]): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    const model = MODELS[(turn + name.length + Number(name.split('-')[1])) % MODELS.length] ?? 'good';
    const traceId = Buffer.from(`${name}-${turn}`.padStart(16, '.')).toString('hex');
    try {
      acknowledged.push(await askOnce(caller, model, traceId));
    } catch {
      return;
    }
  }
}

async function askOnce(caller: Caller, model: string, traceId: string): Promise<Acknowledged> {
  const stream = model === 'slow-frames';
  const response = await fetch(`${caller.baseUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${caller.key}`,
      'content-type': 'application/json',
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
    },
    body: JSON.stringify({ model, stream, user: traceId, messages: [{ role: 'user', content: 'hello' }] }),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`status ${response.status}: ${text}`);
  if (stream && !text.includes('data: [DONE]')) throw new Error('the stream was cut');
  const cost = response.headers.get('x-reeve-cost-nanos');
  return {
    receiptId: response.headers.get('x-reeve-receipt') ?? '',
    traceId,
    costNanos: cost === null ? null : Number(cost),
  };
}

async function checkBooks(home: ReeveHome, mock: MockProvider, acknowledged: readonly Acknowledged[]): Promise<void> {
  const last = await home.start();
  const caller = { baseUrl: last.baseUrl, key: home.apiKey() };
  const receipts = await listAll<LedgerReceipt>(caller, '/api/v1/receipts');
  await expect.poll(() => readUsage(caller), { timeout: 20_000 }).toEqual(sumUsage(receipts));
  const dispatched = mock.requests.map(
    (request) => (JSON.parse(request.body.toString('utf8')) as { user: string }).user,
  );
  expect(await findBookFaults({ acknowledged, dispatched, receipts, usage: await readUsage(caller) })).toEqual([]);

  expect(acknowledged.length, 'too little load to prove anything').toBeGreaterThan(4 * KILLS);
  expect(receipts.some((receipt) => receipt.status === 'assumed')).toBe(true);
  expect((await last.stop()).code).toBe(0);
}

async function readUsage(caller: Caller): Promise<UsageTotal> {
  return (await expectJson<{ total: UsageTotal }>(await get(caller, '/api/v1/usage'), 200)).total;
}
