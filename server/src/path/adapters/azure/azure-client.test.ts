import { afterEach, describe, expect, it } from 'vitest';
import { createLoopbackClient, startRawUpstream, type RawUpstream } from '#platform/http-client/testing.ts';
import type { HttpClient } from '#platform/http-client/port.ts';
import { createVirtualClock } from '../../../platform/clock/testing.ts';
import { systemClock } from '../../../platform/clock/system-clock.ts';
import type { Attempt, Provider } from '../adapter.ts';
import { ADAPTERS } from '../adapters-list.ts';
import { failureOf, gather, sendStream, sendWhole } from '../upstream-testing.ts';
import {
  bodies,
  chatCall,
  CLIENT_SECRET,
  DONE_FRAME,
  entraProvider,
  filteredFrames,
  provider,
} from './azure.fixtures.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

interface Rig {
  upstream: RawUpstream;
  requests: string[];
  httpClient: HttpClient;
}

/** Answers each request with what stands at its place, the last one for all that follow. */
async function openRig(...answers: readonly (readonly [number, string])[]): Promise<Rig> {
  const requests: string[] = [];
  const upstream = await startRawUpstream((socket, request) => {
    const [status, body] = answers[Math.min(requests.length, answers.length - 1)] ?? [500, ''];
    requests.push(request);
    if (body.startsWith('data:')) sendStream(socket, body);
    else sendWhole(socket, status, body);
  });
  const httpClient = createLoopbackClient();
  cleanups.push(
    () => httpClient.close(),
    () => upstream.close(),
  );
  return { upstream, requests, httpClient };
}

async function open(rig: Rig, of: Provider, clock = systemClock) {
  const create = await ADAPTERS.azure?.load();
  if (create === undefined) throw new Error('azure is not listed');
  const adapter = create({ httpClient: rig.httpClient, clock });
  return (options: Partial<Attempt> = {}) =>
    adapter.invoke({
      call: chatCall(false),
      provider: of,
      modelId: 'my deployment',
      timeoutMs: of.timeoutMs,
      signal: new AbortController().signal,
      ...options,
    });
}

const at = (rig: Rig, path: string): Provider => ({ ...provider, baseUrl: `${rig.upstream.origin}${path}` });
const plain = [200, bodies.plain] as const;
const token = (name: string, expiresIn: unknown = 3_600) =>
  [200, JSON.stringify({ token_type: 'Bearer', expires_in: expiresIn, access_token: name })] as const;
const expired = [401, '{"error":{"code":"401","message":"The access token has expired."}}'] as const;
const lineOf = (request = ''): string => request.slice(0, request.indexOf('\r\n'));
const bearerOf = (request = ''): string => /authorization: Bearer (\S+)/i.exec(request)?.[1] ?? '';

describe('addresses', () => {
  it('names the deployment as the model of the v1 API, and sends the key in its own header', async () => {
    const rig = await openRig(plain);
    const invoke = await open(rig, at(rig, '/openai/v1'));
    await invoke();
    const [request = ''] = rig.requests;
    expect(lineOf(request)).toBe('POST /openai/v1/chat/completions HTTP/1.1');
    expect(request).toContain('"model":"my deployment"');
    expect(request).toMatch(/api-key: azure-key-0123456789/i);
    expect(request).not.toMatch(/authorization:/i);
  });

  it.each(['', '/openai', '/openai/v1'])('puts the deployment into the path of a dated API behind %j', async (path) => {
    const rig = await openRig(plain);
    const invoke = await open(rig, { ...at(rig, path), settings: { api_version: '2024-10-21' } });
    await invoke();
    expect(lineOf(rig.requests[0])).toBe(
      'POST /openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21 HTTP/1.1',
    );
  });
});

describe('content filters', () => {
  it('end a stream with their reason', async () => {
    const rig = await openRig([200, filteredFrames.join('') + DONE_FRAME]);
    const invoke = await open(rig, at(rig, '/openai/v1'));
    const { events } = await gather(await invoke({ call: chatCall(true) }));
    expect(events).toContainEqual({ type: 'end', index: 0, finishReason: 'content-filter' });
    expect(events.at(-1)).toEqual({ type: 'closed' });
  });

  it('end a whole answer with their reason', async () => {
    const rig = await openRig([200, bodies.filtered]);
    const invoke = await open(rig, at(rig, '/openai/v1'));
    expect(await invoke()).toMatchObject({
      answer: { parts: [{ text: 'A stick' }, { type: 'end', finishReason: 'content-filter' }] },
    });
  });
});

describe('tokens of Entra ID', () => {
  it('are asked for once for callers at the same time, and kept', async () => {
    const rig = await openRig(token('first'), plain);
    const invoke = await open(rig, entraProvider(rig.upstream.origin));
    await Promise.all([invoke(), invoke(), invoke()]);
    await invoke();
    const [asked = '', ...calls] = rig.requests;
    expect(lineOf(asked)).toBe('POST /tenant-1/oauth2/v2.0/token HTTP/1.1');
    expect(Object.fromEntries(new URLSearchParams(asked.slice(asked.indexOf('\r\n\r\n') + 4)))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'app-1',
      client_secret: CLIENT_SECRET,
      scope: 'https://cognitiveservices.azure.com/.default',
    });
    expect(calls.map(bearerOf)).toEqual(['first', 'first', 'first', 'first']);
    expect(rig.requests.join('')).not.toMatch(/api-key:/i);
  });

  it('are renewed shortly before they end', async () => {
    const clock = createVirtualClock();
    const rig = await openRig(token('first', '3600'), plain, plain, token('second'), plain);
    const invoke = await open(rig, entraProvider(rig.upstream.origin), clock);
    await invoke();
    clock.advance(54 * 60_000);
    await invoke();
    clock.advance(60_000);
    await invoke();
    expect(rig.requests.map(bearerOf)).toEqual(['', 'first', 'first', '', 'second']);
  });

  it('are asked for anew once where Azure refuses one', async () => {
    const rig = await openRig(token('first'), expired, token('second'), plain);
    const invoke = await open(rig, entraProvider(rig.upstream.origin));
    expect(await invoke()).toMatchObject({ type: 'answer' });
    expect(rig.requests.map(bearerOf)).toEqual(['', 'first', '', 'second']);
  });

  it('that are refused twice are told, and no third is asked for', async () => {
    const rig = await openRig(token('first'), expired, token('second'), expired);
    const invoke = await open(rig, entraProvider(rig.upstream.origin));
    expect(failureOf(await invoke())).toMatchObject({ status: 401, message: 'The access token has expired.' });
    expect(rig.requests).toHaveLength(4);
  });

  it('that nobody gives are a refusal of the provider without the secret, and are asked for again', async () => {
    const said = `AADSTS7000215: Invalid client secret provided: ${CLIENT_SECRET}.`;
    const refusal = JSON.stringify({ error: 'invalid_client', error_description: said });
    const rig = await openRig([400, refusal], [503, 'busy'], token('late'), plain);
    const invoke = await open(rig, entraProvider(rig.upstream.origin));
    expect(failureOf(await invoke())).toMatchObject({
      kind: 'status',
      status: 401,
      message: 'Entra ID gave no token: AADSTS7000215: Invalid client secret provided: [key].',
    });
    expect(failureOf(await invoke())).toMatchObject({ status: 503, message: 'Entra ID gave no token.' });
    expect(await invoke()).toMatchObject({ type: 'answer' });
  });

  it.each(['{}', '<html>', '{"access_token":7}'])('are not made of %s', async (body) => {
    const rig = await openRig([200, body]);
    const invoke = await open(rig, entraProvider(rig.upstream.origin));
    expect(failureOf(await invoke())).toMatchObject({ kind: 'status', status: 401 });
  });

  it('come to the others where one caller goes away or has no time', async () => {
    let release: () => void = () => undefined;
    const requests: string[] = [];
    const upstream = await startRawUpstream((socket, request) => {
      requests.push(request);
      if (requests.length > 1) sendWhole(socket, ...plain);
      else release = () => sendWhole(socket, ...token('shared'));
    });
    const httpClient = createLoopbackClient();
    cleanups.push(
      () => httpClient.close(),
      () => upstream.close(),
    );
    const invoke = await open({ upstream, requests, httpClient }, entraProvider(upstream.origin));
    const caller = new AbortController();
    const left = invoke({ signal: caller.signal });
    const hurried = invoke({ timeoutMs: 20 });
    const patient = invoke();
    caller.abort();
    expect(failureOf(await left).kind).toBe('aborted');
    expect(failureOf(await hurried).kind).toBe('timeout');
    release();
    expect(await patient).toMatchObject({ type: 'answer' });
    expect(requests).toHaveLength(2);
  });
});
