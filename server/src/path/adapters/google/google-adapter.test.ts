import type { Socket } from 'node:net';
import type { Call } from '@reeve/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpClient, OutgoingRequest } from '#platform/http-client/port.ts';
import { systemClock } from '../../../platform/clock/system-clock.ts';
import { findUncarried } from '../find-uncarried.ts';
import { failureOf, openAdapterRig, replayReads, sendStream, sendWhole, type AdapterRig } from '../upstream-testing.ts';
import { bodies, callOf, provider, textFrames, wireError } from './google.fixtures.ts';
import { createGoogleAdapter } from './index.ts';

const rigs: AdapterRig[] = [];
afterEach(async () => {
  await Promise.all(rigs.splice(0).map((rig) => rig.close()));
});

async function open(respond: (socket: Socket) => void, modelId = 'gemini-2.5-flash') {
  const rig = await openAdapterRig({ create: createGoogleAdapter, provider, modelId, respond });
  rigs.push(rig);
  return rig;
}

describe('where a call goes', () => {
  it.each<[Partial<Call>, string, string]>([
    [{}, 'gemini-2.5-flash', '/v1/models/gemini-2.5-flash:generateContent'],
    [{ stream: true }, 'gemini-2.5-flash', '/v1/models/gemini-2.5-flash:streamGenerateContent?alt=sse'],
    [{ kind: 'count' }, 'gemini-2.5-flash', '/v1/models/gemini-2.5-flash:countTokens'],
    [{ kind: 'embedding' }, 'gemini-embedding-001', '/v1/models/gemini-embedding-001:batchEmbedContents'],
    [{}, 'models/gemini-2.5-pro', '/v1/models/gemini-2.5-pro:generateContent'],
    [{}, 'tunedModels/my own?', '/v1/tunedModels/my%20own%3F:generateContent'],
  ])('%j to %s posts to %s', async (more, modelId, path) => {
    const rig = await open((socket) => {
      if (more.stream === true) sendStream(socket, textFrames.join(''));
      else sendWhole(socket, 200, bodies.plain);
    }, modelId);
    await rig.invoke(callOf(more));
    expect(rig.requests[0]?.split('\r\n')[0]).toBe(`POST ${path} HTTP/1.1`);
    expect(rig.requests[0]).toContain('x-goog-api-key: google-key-0123456789');
    expect(rig.requests[0]).not.toMatch(/authorization|[?&]key=/i);
  });
});

describe('what is carried', () => {
  const adapter = createGoogleAdapter({ httpClient: replayReads([]), clock: systemClock });
  it('is refused by name where this wire lacks it', () => {
    const params = { logitBias: { 1: 2 } };
    const extensions = { safety_settings: [], prediction: {} };
    const call = callOf({ params, extensions });
    expect(findUncarried(adapter, call, provider)).toEqual(['logit_bias', 'prediction']);
    expect(findUncarried(adapter, callOf({ params: { topN: 1 }, kind: 'rerank' }), provider)).toHaveLength(1);
  });
});

describe('an image by URL', () => {
  const url = 'https://images.example.com/a.png';
  const call = callOf({ parts: [{ type: 'image', turn: 0, role: 'user', url }] });
  const attempt = { call, provider, modelId: 'm', timeoutMs: 1_000, signal: new AbortController().signal };

  it('is fetched, and goes out as bytes', async () => {
    const asked: OutgoingRequest[] = [];
    const png = replayReads([Buffer.from([1, 2, 3])]);
    const answer = replayReads([Buffer.from(bodies.plain)]);
    const httpClient: HttpClient = {
      async exchange(request) {
        asked.push(request);
        const type = request.url === url ? 'image/png' : 'application/json';
        const reply = await (request.url === url ? png : answer).exchange(request);
        return { ...reply, headers: { 'content-type': type } };
      },
      close: async () => undefined,
    };
    const invocation = await createGoogleAdapter({ httpClient, clock: systemClock }).invoke(attempt);
    expect(invocation.type).toBe('answer');
    expect(asked.map((request) => request.method)).toEqual(['GET', 'POST']);
    expect(Buffer.from(asked[1]?.body ?? '').toString('utf8')).toContain(
      '{"inlineData":{"mimeType":"image/png","data":"AQID"}}',
    );
  });

  it('that cannot be had keeps the call from the provider', async () => {
    const rig = await open((socket) => sendWhole(socket, 200, bodies.plain));
    expect(failureOf(await rig.invoke(call)).kind).toBe('unsupported');
    const inward = callOf({ parts: [{ type: 'image', turn: 0, role: 'user', url: 'http://127.0.0.1/a.png' }] });
    expect(failureOf(await rig.invoke(inward))).toMatchObject({ kind: 'unsupported' });
    expect(rig.requests).toHaveLength(0);
  });
});

describe('an error', () => {
  it('says in its body how long to wait', async () => {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.QuotaFailure' },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.07s' },
    ];
    const body = wireError(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.', details);
    for (const sent of [body, `[${body}]`]) {
      const rig = await open((socket) => sendWhole(socket, 429, sent));
      expect(failureOf(await rig.invoke(callOf()))).toMatchObject({ status: 429, retryAfter: '35' });
    }
    const said = await open((socket) => sendWhole(socket, 429, body, ['retry-after: 7']));
    expect(failureOf(await said.invoke(callOf())).retryAfter).toBe('7');
  });

  it('of a bad key is one of this server’s credentials, not of the request', async () => {
    const details = [{ reason: 'API_KEY_INVALID', domain: 'googleapis.com' }];
    const body = wireError(400, 'INVALID_ARGUMENT', 'API key not valid.', details);
    const rig = await open((socket) => sendWhole(socket, 400, body));
    expect(failureOf(await rig.invoke(callOf()))).toMatchObject({ kind: 'status', status: 401 });
  });
});
