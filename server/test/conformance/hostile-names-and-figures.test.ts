/** Names and figures that no receipt could hold: one caller must never stop the calls, the usage or the start of all. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, expectJson, get, makeKey, postJson, type Caller } from '../rigs/api.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { rawRequest, sendRaw } from '../rigs/raw-http.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';

/** Beside `good` and `embed` more than a message has room for. */
const MANY = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`alias-${index}`, ['mock/good']]));

let mock: MockProvider;
let reeve: WholeReeve;

beforeAll(async () => {
  mock = await startMockProvider();
  reeve = await startReeve({ config: mockConfig(mock, [], { aliases: MANY }) });
});

afterAll(async () => {
  await reeve?.close();
  await mock?.stop();
});

async function expectAllServed(): Promise<void> {
  expect((await ask(reeve, 'good')).status).toBe(200);
  expect((await get(reeve, '/api/v1/usage')).status).toBe(200);
  expect((await get(reeve, '/readyz')).status).toBe(200);
}

async function expectCode(response: Response, status: number, code: string): Promise<void> {
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ error: { code } });
}

describe('names of models', () => {
  test.for([
    ['megabytes long', `mock/${'x'.repeat(5_700_000)}`],
    ['longer than an index entry', `mock/${'y'.repeat(8_000)}`],
    ['with a control character', 'mock/a\u0007b'],
  ])('%s: 404 before anything else, for a key without rights too', async ([, model = '']) => {
    const narrow = await makeKey(reeve, { name: 'narrow', models: ['none'] });
    for (const caller of [reeve, { ...reeve, key: narrow.key }]) {
      await expectCode(await ask(caller, model), 404, 'model_not_found');
    }
    await expectAllServed();
  });

  test('half a character (a lone surrogate): 404, and no stream begins', async () => {
    const body = '{"model":"mock/\\ud800x","stream":true,"messages":[{"role":"user","content":"hi"}]}';
    const headers = { authorization: `Bearer ${reeve.key}`, 'content-type': 'application/json' };
    const reply = await sendRaw(reeve.port, rawRequest('/v1/chat/completions', headers, body));
    expect(reply.status).toBe(404);
    await expectAllServed();
  });
});

describe('what is told of a model', () => {
  const tell = (caller: Caller, name: string): Promise<Response> =>
    get(caller, `/v1/models/${encodeURIComponent(name)}`);

  test.for(['good', 'alias-7', 'mock/good', 'mock/unheard-of', 'nobody/good', 'nothing', 'mock/', 'mock/a\u0007b'])(
    '%j is told of exactly where a call with it is let through',
    async (name) => {
      const called = await ask(reeve, name);
      const told = await tell(reeve, name);
      expect(told.status).toBe(called.status);
      if (called.status === 200) expect(await told.json()).toMatchObject({ id: name, owned_by: 'mock' });
    },
  );

  test('a key is told of what it may call, also by a name that only its own list has', async () => {
    const { key } = await makeKey(reeve, { name: 'own', models: ['mock/own', 'alias-1', 'nobody/own'] });
    const caller = { ...reeve, key };
    const page = await expectJson<{ data: { id: string }[] }>(await get(caller, '/v1/models'), 200);
    expect(page.data.map(({ id }) => id)).toEqual(['alias-1', 'mock/own']);
    for (const { id } of page.data) {
      expect((await ask(caller, id)).status).toBe(200);
      expect((await tell(caller, id)).status).toBe(200);
    }
    await expectCode(await tell(caller, 'good'), 404, 'model_not_found');
  });

  test('a message names twenty, and says how many more there are', async () => {
    const response = await tell(reeve, 'nothing');
    const { error } = await expectJson<{ error: { message: string } }>(response, 404);
    expect(error.message).toMatch(/^No model "nothing" is listed for this key\. .*: good, embed, .*, … and 7 more\.$/);
    expect(error.message.match(/alias-/g)).toHaveLength(18);
  });
});

describe('figures', () => {
  test('more output tokens than there are: 400, and the next start is none the worse', async () => {
    await expectCode(await ask(reeve, 'good', { max_tokens: Number.MAX_SAFE_INTEGER, n: 2 }), 400, 'invalid_request');
    expect((await ask(reeve, 'good', { max_tokens: 10_000_000, n: 128 })).status).toBe(200);
    await expectAllServed();
  });
});

describe('a repeated request', () => {
  const once = { 'idempotency-key': 'made-once' };

  test('is not replayed to a key that may do less', async () => {
    const made = await postJson(reeve, '/api/v1/keys', { name: 'ci' }, once);
    expect(made.status).toBe(201);
    const { key: secret } = (await made.json()) as { key: string };
    const lesser = await makeKey(reeve, { name: 'lesser', scopes: ['keys:manage'] });
    const repeated = await postJson({ ...reeve, key: lesser.key }, '/api/v1/keys', { name: 'ci' }, once);
    expect(repeated.status).toBe(422);
    expect(await repeated.text()).not.toContain(secret);
  });

  test('is replayed to a key of equal rights in the tenant', async () => {
    const twin: Caller = { ...reeve, key: (await makeKey(reeve, { name: 'twin' })).key };
    const first = await ask(reeve, 'good');
    expect(first.status).toBe(200);
    const body = { model: 'good', messages: [{ role: 'user', content: 'once' }] };
    const [one, two] = [
      await postJson(reeve, '/v1/chat/completions', body, { 'idempotency-key': 'shared' }),
      await postJson(twin, '/v1/chat/completions', body, { 'idempotency-key': 'shared' }),
    ];
    expect(two.headers.get('x-reeve-receipt')).toBe(one.headers.get('x-reeve-receipt'));
    expect(await expectJson(two, 200)).toEqual(await expectJson(one, 200));
  });
});

describe('before a key is known', () => {
  test('a body for an unknown path is not waited for', async () => {
    const head =
      'POST /nope HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 30000000\r\n\r\n{"a"';
    const startedMs = performance.now();
    const reply = await sendRaw(reeve.port, head);
    expect(reply.status).toBe(404);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
  });

  test('an undecodable path is an error in the surface’s shape', async () => {
    await expectCode(await get(reeve, '/v1/models/%zz'), 400, 'invalid_request');
  });
});
