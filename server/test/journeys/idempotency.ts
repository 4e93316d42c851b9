/** The same request twice under one idempotency key: answered once, charged once, kept unreadable; for any database. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectJson, getReceipt, listAll, makeKey, postJson, type Caller, type ReceiptView } from '../rigs/api.ts';
import { MOCK_TEXT } from '../rigs/mock-answers.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { createReeveHome, type ReeveHome, type RunningReeve } from '../rigs/reeve.ts';

const FAULTS = ['slow', 'slow-frames', 'hang-first', 'flaky-500-2'];
const QUESTION = 'a-question-that-nobody-else-asks';

interface ErrorBody {
  error: { code: string; message: string; param: string | null };
}

export function describeIdempotency(name: string, databaseUrl: () => Promise<string | undefined>): void {
  describe(`idempotency on ${name}`, () => {
    let mock: MockProvider;
    let home: ReeveHome;
    let running: RunningReeve;
    let serial = 0;

    beforeAll(async () => {
      mock = await startMockProvider();
      const url = await databaseUrl();
      home = await createReeveHome({
        config: mockConfig(mock, FAULTS, { faultTimeoutMs: 20_000 }),
        ...(url === undefined ? {} : { databaseUrl: url }),
      });
      running = await home.start();
    });

    afterAll(async () => {
      await running?.stop();
      await home?.dispose();
      await mock?.stop();
    });

    const owner = (): Caller => ({ baseUrl: running.baseUrl, key: home.apiKey() });
    const nextKey = (): string => `order-${name}-${(serial += 1)}`;
    const chat = (
      key: string,
      model: string,
      extra: Record<string, unknown> = {},
      caller = owner(),
    ): Promise<Response> =>
      postJson(
        caller,
        '/v1/chat/completions',
        { model, messages: [{ role: 'user', content: QUESTION }], ...extra },
        { 'idempotency-key': key },
      );

    test('the second answer is the first, byte for byte, and costs nothing', async () => {
      const key = nextKey();
      const before = mock.requestsTo('good').length;
      const first = await chat(key, 'good');
      const second = await chat(key, 'good');
      expect([first.status, second.status]).toEqual([200, 200]);
      expect(await second.text()).toBe(await first.text());
      for (const header of ['x-reeve-receipt', 'x-reeve-cost-nanos', 'x-reeve-route']) {
        expect(second.headers.get(header)).toBe(first.headers.get(header));
      }
      expect(mock.requestsTo('good').length - before).toBe(1);
      const receipts = await listAll<ReceiptView>(owner(), '/api/v1/receipts');
      expect(receipts.filter(({ id }) => id === first.headers.get('x-reeve-receipt'))).toHaveLength(1);
    });

    test('another body under the same key is 422', async () => {
      const key = nextKey();
      await expectJson(await chat(key, 'good'), 200);
      const { error } = await expectJson<ErrorBody>(await chat(key, 'good', { temperature: 1 }), 422);
      expect(error).toMatchObject({ code: 'idempotency_mismatch', param: 'idempotency-key' });
    });

    test('one in flight is 409, and the first is answered', async () => {
      const key = nextKey();
      const first = chat(key, 'slow');
      await expect.poll(() => mock.requestsTo('slow').length).toBe(1);
      const refused = await chat(key, 'slow');
      const { error } = await expectJson<ErrorBody>(refused, 409);
      expect(error).toMatchObject({ code: 'idempotency_in_flight', param: 'idempotency-key' });
      expect(refused.headers.get('x-should-retry')).toBeNull();
      expect((await first).status).toBe(200);
      expect(mock.requestsTo('slow')).toHaveLength(1);
    });

    test('of twenty at once one is served', async () => {
      const key = nextKey();
      const before = mock.requestsTo('good').length;
      const replies = await Promise.all(Array.from({ length: 20 }, () => chat(key, 'good')));
      const statuses = replies.map((reply) => reply.status);
      expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(1);
      expect(statuses.filter((status) => ![200, 409].includes(status))).toEqual([]);
      expect(mock.requestsTo('good').length - before).toBe(1);
    });

    test('a stream is served once; the repetition names its receipt', async () => {
      const key = nextKey();
      const first = await chat(key, 'good', { stream: true });
      expect(await first.text()).toContain('data: [DONE]');
      const second = await chat(key, 'good', { stream: true });
      const { error } = await expectJson<ErrorBody>(second, 409);
      expect(error).toMatchObject({ code: 'idempotency_stream_repeated', param: 'idempotency-key' });
      expect(second.headers.get('x-should-retry')).toBe('false');
      expect(error.message).toContain(first.headers.get('x-reeve-receipt'));
    });

    test('a failed call is not kept', async () => {
      const key = nextKey();
      expect((await chat(key, 'flaky-500-2')).status).toBe(502);
      expect((await chat(key, 'flaky-500-2')).status).toBe(200);
    });

    test('keys of two tenants never meet', async () => {
      const key = nextKey();
      const tenant = await expectJson<{ id: string }>(
        await postJson(owner(), '/api/v1/tenants', { name: `idem ${key}` }),
        201,
      );
      const made = await makeKey(owner(), { name: 'other', tenant_id: tenant.id });
      const mine = await chat(key, 'good');
      const theirs = await chat(key, 'good', {}, { baseUrl: running.baseUrl, key: made.key });
      expect([mine.status, theirs.status]).toEqual([200, 200]);
      expect(theirs.headers.get('x-reeve-receipt')).not.toBe(mine.headers.get('x-reeve-receipt'));
    });

    test('a management POST is answered once too', async () => {
      const key = nextKey();
      const wish = { name: `once ${key}` };
      const first = await postJson(owner(), '/api/v1/keys', wish, { 'idempotency-key': key });
      const second = await postJson(owner(), '/api/v1/keys', wish, { 'idempotency-key': key });
      expect([first.status, second.status]).toEqual([201, 201]);
      expect(await second.json()).toEqual(await first.json());
      const names = (await listAll<{ name: string }>(owner(), '/api/v1/keys')).map((row) => row.name);
      expect(names.filter((found) => found === wish.name)).toHaveLength(1);
    });

    test('what is kept outlives a restart and a kill, and a call that was cut runs anew', async () => {
      const kept = nextKey();
      const cut = nextKey();
      const first = await (await chat(kept, 'good')).text();
      const lost = chat(cut, 'hang-first').catch(() => null);
      await expect.poll(() => mock.requestsTo('hang-first').length).toBe(1);
      await running.kill();
      expect(await lost).toBeNull();
      running = await home.start();
      expect(await (await chat(kept, 'good')).text()).toBe(first);
      await expectJson(await chat(cut, 'hang-first'), 200);
      expect(mock.requestsTo('hang-first')).toHaveLength(2);
      const receipts = await listAll<ReceiptView>(owner(), '/api/v1/receipts');
      expect(receipts.filter(({ model }) => model?.model_id === 'hang-first').map(({ status }) => status)).toEqual([
        'assumed',
        'ok',
      ]);
    });

    test('neither question nor answer stands readable in the data folder', async () => {
      const response = await chat(nextKey(), 'good');
      await response.text();
      await getReceipt(owner(), response.headers.get('x-reeve-receipt'));
      await running.stop();
      const found = await findInFiles(home.dataDir, [QUESTION, MOCK_TEXT.slice(0, 18)]);
      running = await home.start();
      expect(found).toEqual([]);
    });
  });
}

/** Files below a folder that hold one of the texts. */
async function findInFiles(folder: string, texts: readonly string[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found: string[] = [];
  for (const file of files) {
    const bytes = await readFile(file);
    if (texts.some((text) => bytes.includes(text))) found.push(file);
  }
  return found;
}
