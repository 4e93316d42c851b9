/** The HTTP server alone, over a socket: what it answers before any room is asked. */
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Route } from '#kernel';
import { createSystemRandom, systemClock } from '../platform/clock/system-clock.ts';
import { sendRaw } from '../../test/rigs/raw-http.ts';
import { createRunningAnswers } from './running-answers.ts';
import { createHttp, type HttpOptions } from './http.ts';

const KEY = 'known';
const logged: unknown[] = [];
const answer: Route['handle'] = async () => ({ status: 200, body: {} });
const base = { permission: 'identified', summary: '', tag: '', schema: {} } as const;
const routes = [
  { ...base, kind: 'json', method: 'POST', path: '/v1/calls', handle: answer },
  { ...base, kind: 'json', method: 'GET', path: '/api/v1/things', handle: answer },
  { ...base, kind: 'json', method: 'POST', path: '/api/v1/things', handle: answer },
  { ...base, kind: 'json', method: 'GET', path: '/api/v1/things/:id', handle: answer },
  { ...base, kind: 'json', method: 'GET', path: '/v1/models/:id', handle: answer },
] as never as Route[];
let port: number;

const app = createHttp(
  {
    identifier: {
      identity: { authenticate: (key: string) => (key === KEY ? { tenantId: 't', actor: {} } : null) },
      ids: { next: () => 'req_made' },
      random: createSystemRandom(),
      isOperator: () => false,
    },
    idempotency: {},
    log: { error: (fields: unknown) => logged.push(fields) },
    clock: systemClock,
    bodyBytesMax: 1024,
    requestTimeoutMs: 5_000,
    trustedProxies: [],
    tls: null,
    draining: () => false,
    running: createRunningAnswers(),
    findRoleElsewhere: () => null,
    readLostPage: () => Promise.resolve(null),
  } as never as HttpOptions,
  routes,
);

beforeAll(async () => {
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as AddressInfo).port;
});

afterAll(() => app.close());

function send(method: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, { method, headers, signal: AbortSignal.timeout(5_000) });
}

const keyed = { authorization: `Bearer ${KEY}` };

describe('a method that a path does not take', () => {
  it.each([
    ['PUT', '/v1/calls', 'POST'],
    ['DELETE', '/api/v1/things', 'GET, POST'],
  ])('%s %s: 405, and which it takes', async (method, path, allow) => {
    const reply = await send(method, path, keyed);
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, allow]);
  });

  it('is told to no stranger on /v1/, and no unknown path names methods', async () => {
    for (const [reply, status] of [
      [await send('PUT', '/v1/calls'), 401],
      [await send('PUT', '/v1/none', keyed), 404],
    ] as const) {
      expect([reply.status, reply.headers.get('allow')]).toEqual([status, null]);
    }
  });
});

describe('a name that is longer than any', () => {
  const long = 'a'.repeat(1100);

  it.each([
    ['with a key', keyed, '/api/v1/things/', 404],
    ['without', {}, '/api/v1/things/', 404],
    ['with a key, on a surface', keyed, '/v1/models/', 404],
    ['without, on a surface', {}, '/v1/models/', 401],
  ])('%s: nothing is there, and nothing is logged', async (_whose, headers, place, status) => {
    const reply = await send('GET', place + long, headers as Record<string, string>);
    expect(reply.status).toBe(status);
    expect(reply.headers.get('x-request-id')).toBe('req_made');
    expect(logged).toEqual([]);
  });

  it('of as many characters as are taken is read', async () => {
    expect((await send('GET', `/v1/models/${'a'.repeat(1024)}`)).status).toBe(401);
    expect((await send('GET', `/api/v1/things/${'a'.repeat(1024)}`)).status).toBe(401);
  });
});

describe('bytes that are no request', () => {
  it.each([
    ['a header without a colon', 'GET / HTTP/1.1\r\nhost a\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
  ])('%s: the answer has a request id, as every answer', async (_what, bytes, status) => {
    const reply = await sendRaw(port, bytes, { limitMs: 5_000 });
    expect(reply).toMatchObject({ status, headers: { 'x-request-id': 'req_made', connection: 'close' } });
  });
});
