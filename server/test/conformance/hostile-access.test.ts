/** Keys, receipts, heads and senders that try what they may not: refused by name, in the surface's own shape. */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ask, expectJson, get, makeKey, postJson, remove, type Caller } from '../rigs/api.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { openSocket, rawRequest, sendRaw } from '../rigs/raw-http.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';

const CHAT = '/v1/chat/completions';
const BODY = JSON.stringify({ model: 'good', messages: [{ role: 'user', content: 'hello' }] });
const REQUEST_SECONDS = 2;
/** The time-out, and how often the server looks for those who passed it. */
const SLOW_SENDER_LIMIT_MS = 40_000;
const PROBLEM = /^application\/problem\+json/;

let mock: MockProvider;
let reeve: WholeReeve;

beforeAll(async () => {
  mock = await startMockProvider();
  reeve = await startReeve({
    config: mockConfig(mock, [], { extra: `limits: { request_seconds: ${REQUEST_SECONDS} }` }),
  });
});

afterEach(async () => {
  assert.equal((await ask(reeve, 'good')).status, 200);
});

afterAll(async () => {
  await reeve?.close();
  await mock?.stop();
});

async function expectKeyRefused(caller: Caller): Promise<void> {
  const response = await ask(caller, 'good');
  const { error } = await expectJson<{ error: Record<string, unknown> }>(response, 401);
  expect(error).toMatchObject({ code: 'invalid_api_key', type: 'authentication_error' });
}

async function expectProblem(response: Response, status: number): Promise<Record<string, unknown>> {
  expect(response.headers.get('content-type')).toMatch(PROBLEM);
  const problem = await expectJson<Record<string, unknown>>(response, status);
  expect(problem).toMatchObject({ status, title: expect.any(String) });
  return problem;
}

describe('keys', () => {
  test.for([
    ['none', undefined],
    ['an empty one', 'Bearer '],
    ['another scheme', 'Basic cmVldmU6cmVldmU='],
    ['an unknown one', 'Bearer sk-unknown'],
    ['a very long one', `Bearer ${'x'.repeat(8000)}`],
    ['one of odd characters', "Bearer ' OR 1=1; --"],
  ] as const)('%s', async ([, authorization]) => {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (authorization !== undefined) headers['authorization'] = authorization;
    for (const path of [CHAT, '/v1/embeddings', '/v1/no-such-path']) {
      const reply = await sendRaw(reeve.port, rawRequest(path, headers, BODY));
      expect({ path, status: reply.status }).toEqual({ path, status: 401 });
      expect(JSON.parse(reply.body).error.code).toBe('invalid_api_key');
    }
    const reply = await sendRaw(reeve.port, rawRequest('/api/v1/keys', headers, '{}'));
    expect(reply.status).toBe(401);
    expect(reply.headers['content-type']).toMatch(PROBLEM);
  });

  test('a right key with a wrong secret', async () => {
    const { key } = await makeKey(reeve, { name: 'half right' });
    const last = key.at(-1) === 'a' ? 'b' : 'a';
    await expectKeyRefused({ baseUrl: reeve.baseUrl, key: key.slice(0, -1) + last });
    expect((await ask({ baseUrl: reeve.baseUrl, key }, 'good')).status).toBe(200);
  });

  test('an expired one', async () => {
    const { key } = await makeKey(reeve, { name: 'short', expires_at: new Date(Date.now() + 1500).toISOString() });
    const caller = { baseUrl: reeve.baseUrl, key };
    expect((await ask(caller, 'good')).status).toBe(200);
    await wait(1600);
    await expectKeyRefused(caller);
  });

  test('a revoked one, from the next call on', async () => {
    const { id, key } = await makeKey(reeve, { name: 'gone' });
    const caller = { baseUrl: reeve.baseUrl, key };
    expect((await ask(caller, 'good')).status).toBe(200);
    expect((await remove(reeve, `/api/v1/keys/${id}`)).status).toBe(204);
    await expectKeyRefused(caller);
  });

  test('a key outside its models gets 403 with a receipt', async () => {
    const { key } = await makeKey(reeve, { name: 'narrow', models: ['embed'] });
    const response = await ask({ baseUrl: reeve.baseUrl, key }, 'good');
    const { error } = await expectJson<{ error: Record<string, unknown> }>(response, 403);
    expect(error).toMatchObject({ code: 'policy_denied', type: 'permission_error' });
    expect(response.headers.get('x-reeve-receipt')).toMatch(/^rcp_/);
    expect(response.headers.get('x-reeve-policy')).not.toBeNull();
    const receipt = await get(reeve, `/api/v1/receipts/${response.headers.get('x-reeve-receipt')}`);
    expect(await expectJson(receipt, 200)).toMatchObject({ status: 'denied', cost_nanos: 0 });
  });

  test('a key without a scope gets 403 on the management API and on models', async () => {
    const { key } = await makeKey(reeve, { name: 'reader', scopes: ['usage:read'] });
    const caller = { baseUrl: reeve.baseUrl, key };
    await expectProblem(await get(caller, '/api/v1/receipts'), 403);
    await expectProblem(await postJson(caller, '/api/v1/keys', { name: 'more' }), 403);
    await expectJson(await get(caller, '/api/v1/usage'), 200);
    const { error } = await expectJson<{ error: { code: string } }>(await ask(caller, 'good'), 403);
    expect(error.code).toBe('policy_denied');
  });
});

describe('receipts and listings', () => {
  test("another tenant's receipt id is 404, like one that does not exist", async () => {
    const answer = await ask(reeve, 'good');
    const id = answer.headers.get('x-reeve-receipt');
    const tenant = await expectJson<{ id: string }>(
      await postJson(reeve, '/api/v1/tenants', { name: 'neighbour' }),
      201,
    );
    const { key } = await makeKey(reeve, { name: 'foreign', tenant_id: tenant.id });
    const foreign = { baseUrl: reeve.baseUrl, key };
    const hidden = await expectProblem(await get(foreign, `/api/v1/receipts/${id}`), 404);
    const missing = await expectProblem(await get(foreign, '/api/v1/receipts/rcp_00000000000000000000000000'), 404);
    expect({ ...hidden, instance: null, request_id: null }).toEqual({ ...missing, instance: null, request_id: null });
    expect((await expectJson<{ data: unknown[] }>(await get(foreign, '/api/v1/receipts'), 200)).data).toEqual([]);
    await expectJson(await get(reeve, `/api/v1/receipts/${id}`), 200);
  });

  test.for([
    '/api/v1/receipts/nonsense',
    "/api/v1/receipts/' or 1=1",
    '/api/v1/receipts/%00',
    '/api/v1/receipts/..%2f..%2fetc',
  ])('%s', async (path) => {
    const response = await get(reeve, path);
    expect([400, 404]).toContain(response.status);
    expect(response.headers.get('content-type')).toMatch(PROBLEM);
    await response.text();
  });

  test.for(['?limit=0', '?limit=-1', '?limit=many', '?after=nonsense', '?limit=1.5'])(
    'listing with %s',
    async (query) => {
      await expectProblem(await get(reeve, `/api/v1/receipts${query}`), 400);
    },
  );

  test.for([
    ['no name', {}],
    ['a scope that does not exist', { name: 'k', scopes: ['everything'] }],
    ['a day that does not exist', { name: 'k', expires_at: '2026-02-31T00:00:00Z' }],
    ['no day at all', { name: 'k', expires_at: 'tomorrow' }],
    ['a day in the past', { name: 'k', expires_at: '2001-01-01T00:00:00Z' }],
    ['an unknown field', { name: 'k', colour: 'red' }],
    ['a list', []],
  ] as const)('a key with %s', async ([, body]) => {
    await expectProblem(await postJson(reeve, '/api/v1/keys', body), 400);
  });

  test('a key for a tenant that does not exist', async () => {
    const body = { name: 'k', tenant_id: 'ten_00000000000000000000000000' };
    await expectProblem(await postJson(reeve, '/api/v1/keys', body), 404);
  });

  test('unknown paths and methods', async () => {
    await expectProblem(await get(reeve, '/api/v1/no-such-thing'), 404);
    const { error } = await expectJson<{ error: { code: string } }>(await get(reeve, '/v1/no-such-thing'), 404);
    expect(error.code).toBe('not_found');
    const response = await get(reeve, CHAT);
    expect([404, 405]).toContain(response.status);
    expect(await response.json()).toHaveProperty('error.message');
  });
});

describe('heads', () => {
  const head = (...lines: string[]): string =>
    [
      `POST ${CHAT} HTTP/1.1`,
      'host: reeve',
      `authorization: Bearer ${reeve.key}`,
      'content-type: application/json',
      ...lines,
      '',
      '',
    ].join('\r\n');

  test.for([
    ['a length and chunks', ['content-length: 5', 'transfer-encoding: chunked']],
    ['two lengths', ['content-length: 5', 'content-length: 500']],
    ['a length that is no number', ['content-length: five']],
    ['a bare line feed', ['x-a: 1\nx-evil: 2', 'content-length: 0']],
    ['a space before the colon', ['x-a : 1', 'content-length: 0']],
    ['NUL', ['x-a: \0', 'content-length: 0']],
  ] as const)('%s is refused and the connection ends', async ([, lines]) => {
    const reply = await sendRaw(reeve.port, `${head(...lines)}${BODY}`);
    expect(reply.status).toBe(400);
    expect(reply.headers['connection']).toBe('close');
  });

  test('no HTTP at all', async () => {
    for (const bytes of ['GARBAGE\r\n\r\n', '\u0016\u0003\u0001\u0002\u0000\u0001', 'GET / HTTP/9.9\r\n\r\n']) {
      const reply = await sendRaw(reeve.port, Buffer.from(bytes, 'latin1'));
      expect([0, 400, 505]).toContain(reply.status);
    }
  });

  test('64 KB of headers', async () => {
    const reply = await sendRaw(reeve.port, head(`x-long: ${'a'.repeat(65_536)}`, 'content-length: 0'));
    expect(reply.status).toBe(431);
  });

  test('what a caller names is never put into a header as it is', async () => {
    const evil = 'abc"><script>\u00e9';
    const headers = { authorization: `Bearer ${reeve.key}`, 'content-type': 'application/json', 'x-request-id': evil };
    const reply = await sendRaw(reeve.port, rawRequest(CHAT, headers, BODY));
    expect(reply.status).toBe(200);
    expect(reply.headers['x-request-id']).toMatch(/^[\w.:-]{1,128}$/);
  });

  test.for([
    'UPPER=1',
    'a=b,c',
    `${'k'.repeat(50)}=1`,
    'a=b;rm -rf',
    Array.from({ length: 9 }, (_, at) => `k${at}=1`).join(','),
  ])('x-reeve-tags: %s', async (tags) => {
    const response = await postJson(reeve, CHAT, JSON.parse(BODY), { 'x-reeve-tags': tags });
    const { error } = await expectJson<{ error: { code: string; param: string } }>(response, 400);
    expect(error).toMatchObject({ code: 'invalid_request', param: 'x-reeve-tags' });
  });

  test.for(['00-zz-zz-01', 'x'.repeat(4000), '00-00000000000000000000000000000000-0000000000000000-00'])(
    'traceparent %s is passed over',
    async (traceparent) => {
      const response = await postJson(reeve, CHAT, JSON.parse(BODY), { traceparent });
      await expectJson(response, 200);
    },
  );
});

describe('refused requests carry their trace', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  test.for([
    ['/v1/models', 'wrong', 401],
    ['/v1/no-such-path', 'right', 404],
    ['/api/v1/no-such-path', 'right', 404],
    ['/api/v1/receipts/rcp_00000000000000000000000000', 'right', 404],
  ] as const)('%s with a %s key: %i', async ([path, key, status]) => {
    const headers = {
      authorization: `Bearer ${key === 'right' ? reeve.key : 'sk-unknown'}`,
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
    };
    const response = await fetch(reeve.baseUrl + path, { headers });
    expect(response.status).toBe(status);
    expect(response.headers.get('traceparent')).toMatch(
      new RegExp(`^00-${traceId}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`),
    );
  });
});

describe('slow senders', () => {
  const head = (): string =>
    `POST ${CHAT} HTTP/1.1\r\nhost: reeve\r\nauthorization: Bearer ${reeve.key}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n`;

  const beginnings: [string, () => string][] = [
    ['nothing at all', () => ''],
    ['half a head', head],
    ['half a body', () => `${head()}\r\n{"model"`],
  ];
  test.for(beginnings)(
    '%s, fifty times: nobody waits, and each is ended with 408',
    { timeout: 60_000 },
    async ([, bytes]) => {
      const sockets = await Promise.all(Array.from({ length: 50 }, () => openSocket(reeve.port)));
      const heard = sockets.map(() => '');
      sockets.forEach((socket, at) => socket.on('data', (part) => (heard[at] += String(part))));
      for (const socket of sockets) socket.write(bytes());
      for (let turn = 0; turn < 5; turn += 1) {
        const askedMs = performance.now();
        expect((await ask(reeve, 'good')).status).toBe(200);
        expect(performance.now() - askedMs).toBeLessThan(5000);
        await wait(100);
      }
      const open = (): number => sockets.filter((socket) => !socket.destroyed).length;
      await expect.poll(open, { timeout: SLOW_SENDER_LIMIT_MS, interval: 100 }).toBe(0);
      expect(heard.filter((text) => !text.startsWith('HTTP/1.1 408 '))).toEqual([]);
    },
  );
});
