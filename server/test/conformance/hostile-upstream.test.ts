/** Every way in which a provider can fail: the right status and shape, a receipt, and the next call is served. */
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ask, expectJson, getReceipt, listAll, sseData, type ReceiptView } from '../rigs/api.ts';
import { CHAT_USAGE, MOCK_TEXT } from '../rigs/mock-answers.ts';
import { MOCK_PRICES, mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';

const FAULTS = [
  'hang',
  'hang-after-head',
  'hang-mid-stream',
  'reset',
  'reset-mid-body',
  'half-frame',
  'no-done',
  'error-first',
  'error-middle',
  'ok-with-error',
  'no-usage',
  'too-many-tokens',
  'slow-bytes',
  'slow-frames',
  'wrong-type',
  'empty-body',
  'not-json',
  'huge-body',
  'huge-frame',
  'spoofed-headers',
  'status-400',
  'status-401',
  'status-402',
  'status-403',
  'status-404',
  'status-409',
  'status-422',
  'status-429',
  'status-429-after-7',
  'status-500',
  'status-503',
  'flaky-500-1',
  'endless',
];
const FAULT_TIMEOUT_MS = 1200;
const RSS_BOUND_MB = 1200;

let mock: MockProvider;
let reeve: WholeReeve;

beforeAll(async () => {
  mock = await startMockProvider();
  const closed = '  closed: { adapter: openai, base_url: "http://127.0.0.1:1/v1", api_key: "x" }';
  const config = mockConfig(mock, FAULTS, { faultTimeoutMs: FAULT_TIMEOUT_MS });
  reeve = await startReeve({
    config: config.replace(
      'models:',
      `${closed}\nmodels:\n  closed: [closed/any]\n  rescued: [closed/any, f-status-500/status-500, mock/good]`,
    ),
  });
});

afterEach(async () => {
  await expectJson(await ask(reeve, 'good'), 200);
});

afterAll(async () => {
  await reeve?.close();
  await mock?.stop();
});

interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string };
}

async function receiptOf(response: Response): Promise<ReceiptView> {
  expect(response.headers.get('x-reeve-receipt')).toMatch(/^rcp_/);
  return getReceipt(reeve, response.headers.get('x-reeve-receipt'));
}

interface Expectation {
  model: string;
  stream?: boolean;
  status: number;
  code: string;
  /** How often the provider was asked. */
  asked: number;
}

describe('before the first byte: a real status, an error object, a receipt that says failed', () => {
  test.for<Expectation>([
    { model: 'hang', status: 504, code: 'upstream_timeout', asked: 1 },
    { model: 'hang', stream: true, status: 504, code: 'upstream_timeout', asked: 1 },
    { model: 'hang-after-head', stream: true, status: 504, code: 'upstream_timeout', asked: 1 },
    { model: 'reset', status: 502, code: 'upstream_failed', asked: 1 },
    { model: 'reset', stream: true, status: 502, code: 'upstream_failed', asked: 1 },
    { model: 'reset-mid-body', status: 502, code: 'upstream_failed', asked: 1 },
    { model: 'error-first', stream: true, status: 502, code: 'upstream_invalid', asked: 1 },
    { model: 'ok-with-error', status: 502, code: 'upstream_invalid', asked: 1 },
    { model: 'ok-with-error', stream: true, status: 502, code: 'upstream_invalid', asked: 1 },
    { model: 'wrong-type', status: 502, code: 'upstream_invalid', asked: 1 },
    { model: 'wrong-type', stream: true, status: 502, code: 'upstream_invalid', asked: 1 },
    { model: 'empty-body', status: 502, code: 'upstream_invalid', asked: 1 },
    { model: 'empty-body', stream: true, status: 502, code: 'upstream_invalid', asked: 1 },
    { model: 'not-json', status: 502, code: 'upstream_invalid', asked: 1 },
    { model: 'huge-body', status: 502, code: 'upstream_invalid', asked: 1 },
    { model: 'huge-frame', stream: true, status: 502, code: 'upstream_invalid', asked: 1 },
    { model: 'status-401', status: 502, code: 'upstream_refused', asked: 1 },
    { model: 'status-402', status: 502, code: 'upstream_refused', asked: 1 },
    { model: 'status-403', stream: true, status: 502, code: 'upstream_refused', asked: 1 },
    { model: 'status-500', status: 502, code: 'upstream_failed', asked: 2 },
    { model: 'status-503', stream: true, status: 502, code: 'upstream_failed', asked: 2 },
    { model: 'closed', status: 502, code: 'upstream_failed', asked: 0 },
  ])('$model, stream $stream: $status $code', async ({ model, stream, status, code, asked }) => {
    const before = mock.requestsTo(model).length;
    const response = await ask(reeve, model, stream === true ? { stream } : {});
    const { error } = await expectJson<ErrorBody>(response, status);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(Object.keys(error).toSorted()).toEqual(['code', 'message', 'param', 'type']);
    expect(error).toMatchObject({ code, type: 'server_error' });
    expect(error.message).not.toMatch(/mock-provider-key|at .*\.ts:/);
    expect(response.headers.get('x-should-retry')).toBe(code === 'upstream_refused' ? 'false' : null);
    expect(response.headers.get('x-reeve-policy')).not.toBeNull();
    expect(response.headers.get('x-reeve-route')).toBe(model === 'closed' ? 'closed/any' : `f-${model}/${model}`);
    const receipt = await receiptOf(response);
    expect(receipt).toMatchObject({ status: 'failed', error_code: code, cost_nanos: 0 });
    expect(mock.requestsTo(model).length - before).toBe(asked);
  });

  test('a provider that answers without end does not fill the memory', async () => {
    const status = await readFile(`/proc/${reeve.pid}/status`, 'utf8');
    const peakMb = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1024;
    expect(peakMb).toBeLessThan(RSS_BOUND_MB);
  });
});

describe("the provider's own 4xx pass", () => {
  test.for([400, 404, 409, 422, 429])('%i', async (status) => {
    const response = await ask(reeve, `status-${status}`);
    const { error } = await expectJson<ErrorBody>(response, status);
    expect(error).toMatchObject({ message: `mock says ${status}`, code: `mock_${status}` });
    expect(response.headers.get('x-should-retry')).toBeNull();
    expect((await receiptOf(response)).status).toBe('failed');
    expect(mock.requestsTo(`status-${status}`)).toHaveLength(status === 429 ? 2 : 1);
  });

  test('429 with retry-after passes at once and with the header', async () => {
    const response = await ask(reeve, 'status-429-after-7', { stream: true });
    await expectJson(response, 429);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(mock.requestsTo('status-429-after-7')).toHaveLength(1);
  });
});

describe('after the first byte: an error frame, no closing frame, a receipt that says failed', () => {
  test.for(['hang-mid-stream', 'half-frame', 'no-done', 'error-middle'])('%s', async (model) => {
    const response = await ask(reeve, model, { stream: true });
    expect(response.status).toBe(200);
    const text = await response.text();
    const frames = sseData(text);
    expect(frames.length).toBeGreaterThanOrEqual(2);
    expect(frames).not.toContain('[DONE]');
    const parsed = frames.map((frame): Partial<ErrorBody> => JSON.parse(frame));
    expect(parsed.filter((frame) => frame.error !== undefined)).toHaveLength(1);
    expect(parsed.at(-1)?.error).toMatchObject({ type: 'server_error' });
    const receipt = await receiptOf(response);
    expect(receipt.status).toBe('failed');
    // `no-done` stated its usage before it ended.
    expect(receipt.token_usage.estimated).toBe(model !== 'no-done');
    expect(receipt.token_usage.prompt).toBeGreaterThan(0);
  });
});

describe('strange answers that are answers', () => {
  const costOf = (prompt: number, completion: number): number =>
    prompt * MOCK_PRICES.inputNanosPerToken + completion * MOCK_PRICES.outputNanosPerToken;

  test.for([false, true])('no usage: the receipt estimates (stream %s)', async (stream) => {
    const response = await ask(reeve, 'no-usage', { stream });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('tick');
    const receipt = await receiptOf(response);
    expect(receipt.status).toBe('ok');
    expect(receipt.token_usage.estimated).toBe(true);
    expect(receipt.token_usage.completion).toBeGreaterThan(0);
    expect(receipt.cost_nanos).toBe(costOf(receipt.token_usage.prompt, receipt.token_usage.completion));
  });

  test('no usage: a stream whose caller asked for it tells what the receipt says', async () => {
    const response = await ask(reeve, 'no-usage', { stream: true, stream_options: { include_usage: true } });
    const frames = sseData(await response.text());
    const { token_usage: used } = await receiptOf(response);
    expect(frames.at(-1)).toBe('[DONE]');
    expect(JSON.parse(frames.at(-2) ?? '')).toMatchObject({
      choices: [],
      usage: { prompt_tokens: used.prompt, completion_tokens: used.completion },
    });
  });

  test.for([false, true])(
    'more tokens than asked: the receipt books what the provider states (stream %s)',
    async (stream) => {
      const response = await ask(reeve, 'too-many-tokens', { stream, max_tokens: 16 });
      expect(response.status).toBe(200);
      await response.text();
      const receipt = await receiptOf(response);
      expect(receipt).toMatchObject({ status: 'ok', cost_nanos: costOf(11, 5000) });
      expect(receipt.token_usage).toMatchObject({ prompt: 11, completion: 5000, total: 5011, estimated: false });
    },
  );

  test.for(['slow-bytes', 'slow-frames'])('%s arrive whole', async (model) => {
    const response = await ask(reeve, model, { stream: true });
    const frames = sseData(await response.text());
    expect(frames.at(-1)).toBe('[DONE]');
    const chunks = frames
      .slice(0, -1)
      .map((frame): { choices: { delta: { content?: string } }[] } => JSON.parse(frame));
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(MOCK_TEXT);
    expect((await receiptOf(response)).token_usage.total).toBe(CHAT_USAGE.total_tokens);
  });

  test("a provider's headers never become the gateway's", async () => {
    const response = await ask(reeve, 'spoofed-headers');
    await expectJson(response, 200);
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(response.headers.get('x-reeve-receipt')).not.toBe('rcp_forged');
    expect(response.headers.get('x-reeve-cost-nanos')).toBe(String(costOf(11, 9)));
  });

  test('one 500 is asked again, and the receipt lists both attempts', async () => {
    const response = await ask(reeve, 'flaky-500-1');
    await expectJson(response, 200);
    expect((await receiptOf(response)).attempts).toHaveLength(2);
  });

  test('candidates that fail are named in x-reeve-fallback', async () => {
    const response = await ask(reeve, 'rescued');
    await expectJson(response, 200);
    expect(response.headers.get('x-reeve-route')).toBe('mock/good');
    expect(response.headers.get('x-reeve-fallback')).toMatch(/closed\/any.*f-status-500\/status-500/);
  });
});

describe('a caller who goes away', () => {
  test.for([
    { model: 'hang', stream: false },
    { model: 'endless', stream: true },
  ])('$model: the provider sees the end at once, the receipt says aborted', async ({ model, stream }) => {
    const before = mock.requestsTo(model).length;
    const abort = new AbortController();
    const pending = fetch(`${reeve.baseUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${reeve.key}`,
        'content-type': 'application/json',
        'x-reeve-tags': `leaver=${model}`,
      },
      body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'hello' }] }),
      signal: abort.signal,
    });
    pending.catch(() => undefined);
    await expect.poll(() => mock.requestsTo(model).length, { timeout: 5000 }).toBe(before + 1);
    if (stream) await (await pending).body?.getReader().read();
    const abortedMs = performance.now();
    abort.abort();
    const recorded = mock.requestsTo(model).at(-1);
    await expect.poll(() => recorded?.closedEarlyMs ?? null, { timeout: 5000, interval: 5 }).not.toBeNull();
    expect((recorded?.closedEarlyMs ?? Infinity) - abortedMs).toBeLessThan(2_000);
    await expect
      .poll(() => findByTag(`leaver`, model), { timeout: 5000 })
      .toMatchObject({ status: 'aborted', error_code: null });
  });
});

async function findByTag(name: string, value: string): Promise<ReceiptView | undefined> {
  const rows = await listAll<ReceiptView & { tags: Record<string, string> }>(reeve, '/api/v1/receipts');
  return rows.findLast((row) => row.tags[name] === value);
}
