import { afterEach, describe, expect, it } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../../platform/clock/testing.ts';
import { createLoopbackClient, startRawUpstream } from '#platform/http-client/testing.ts';
import type { Attempt, Provider } from '../adapter.ts';
import { failureOf, sendWhole } from '../upstream-testing.ts';
import { bodies, makeCall, MODEL, provider } from './bedrock.fixtures.ts';
import { createBedrockAdapter } from './index.ts';
import { signV4 } from '#platform/crypto/port.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

type Reply = readonly [status: number, body: string, headers?: readonly string[]];

/** Answers each request with what stands at its place, the last one for all that follow. */
async function openRig(replies: readonly Reply[], of: Provider = provider, clock: VirtualClock = createVirtualClock()) {
  const requests: string[] = [];
  const upstream = await startRawUpstream((socket, request) => {
    const [status, body, headers] = replies[Math.min(requests.length, replies.length - 1)] ?? [500, ''];
    requests.push(request);
    sendWhole(socket, status, body, headers);
  });
  const httpClient = createLoopbackClient();
  cleanups.push(
    () => httpClient.close(),
    () => upstream.close(),
  );
  const adapter = createBedrockAdapter({ httpClient, clock });
  const here = { ...of, baseUrl: upstream.origin };
  const invoke = (options: Partial<Attempt> = {}) => {
    const { signal } = new AbortController();
    return adapter.invoke({ call: makeCall(), provider: here, modelId: MODEL, timeoutMs: 5_000, signal, ...options });
  };
  return { requests, invoke, host: upstream.origin.slice('http://'.length), clock };
}

const plain: Reply = [200, bodies.plain];
const lineOf = (request = ''): string => request.slice(0, request.indexOf('\r\n'));
const headerOf = (request: string | undefined, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)\\r$`, 'im').exec(request ?? '')?.[1];
const bodyOf = (request = ''): string => request.slice(request.indexOf('\r\n\r\n') + 4);

describe('requests', () => {
  it('are signed over the path as it stands on the wire, the body and the host', async () => {
    const rig = await openRig([plain]);
    await rig.invoke();
    const [request = ''] = rig.requests;
    const path = '/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse';
    expect(lineOf(request)).toBe(`POST ${path} HTTP/1.1`);
    const expected = signV4(
      {
        method: 'POST',
        path,
        query: '',
        headers: { 'content-type': 'application/json', host: rig.host },
        body: Buffer.from(bodyOf(request), 'latin1'),
      },
      { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
      { region: 'eu-central-1', service: 'bedrock', atMs: rig.clock.now() },
    );
    expect(headerOf(request, 'authorization')).toBe(expected.authorization);
    expect(headerOf(request, 'x-amz-date')).toBe('20231114T221320Z');
    expect(headerOf(request, 'x-amz-security-token')).toBeUndefined();
  });

  it('carry the token of temporary keys', async () => {
    const rig = await openRig([plain], { ...provider, settings: { ...provider.settings, session_token: 'sess-1' } });
    await rig.invoke();
    expect(headerOf(rig.requests[0], 'x-amz-security-token')).toBe('sess-1');
    expect(headerOf(rig.requests[0], 'authorization')).toContain('x-amz-security-token');
  });

  it('go with a key of Bedrock as a bearer token', async () => {
    const rig = await openRig([plain], { ...provider, apiKey: 'ABSK-1', settings: {} });
    await rig.invoke();
    expect(headerOf(rig.requests[0], 'authorization')).toBe('Bearer ABSK-1');
    expect(headerOf(rig.requests[0], 'x-amz-date')).toBeUndefined();
  });

  it('name a model by its ARN in one piece of the path', async () => {
    const rig = await openRig([plain]);
    await rig.invoke({ modelId: 'arn:aws:bedrock:eu-central-1:1:inference-profile/eu.x', call: makeCall() });
    expect(lineOf(rig.requests[0])).toContain(
      '/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A1%3Ainference-profile%2Feu.x/converse ',
    );
  });

  it('do not show credentials that an error repeats', async () => {
    const secret = String(provider.settings.secret_access_key);
    const rig = await openRig([[403, JSON.stringify({ message: `Wrong: ${secret}` })]]);
    expect(failureOf(await rig.invoke()).message).toBe('Wrong: [key]');
  });
});

describe('a clock that is wrong', () => {
  const NOW = createVirtualClock().now();
  const date = (aheadMs: number): string => `date: ${new Date(NOW + aheadMs).toUTCString()}`;
  const HOUR = 3_600_000;
  const early: Reply = [
    403,
    '{"message":"Signature not yet current: 20231114T221320Z is still later than 20231114T211820Z"}',
    [date(-HOUR), 'x-amzn-errortype: InvalidSignatureException:http://internal.amazon.com/'],
  ];

  it('is set right by the date of the refusal, once, and stays right', async () => {
    const rig = await openRig([early, plain]);
    expect(await rig.invoke()).toMatchObject({ type: 'answer' });
    rig.clock.advance(60_000);
    expect(await rig.invoke()).toMatchObject({ type: 'answer' });
    expect(rig.requests.map((request) => headerOf(request, 'x-amz-date'))).toEqual([
      '20231114T221320Z',
      '20231114T211320Z',
      '20231114T211420Z',
    ]);
  });

  it.each<[number, string, readonly string[]]>([
    [403, '{"message":"Signature expired: 2023 is now earlier than 2024"}', [date(HOUR)]],
    [403, '{"__type":"com.amazon.coral.service#RequestExpiredException","message":"x"}', [date(HOUR)]],
  ])('is known by what the body says, too (%i)', async (status, body, headers) => {
    const rig = await openRig([[status, body, headers], plain]);
    expect(await rig.invoke()).toMatchObject({ type: 'answer' });
  });

  it.each<[string, Reply]>([
    ['the time is right', [403, early[1], [date(1_000), 'x-amzn-errortype: InvalidSignatureException']]],
    ['no date is told', [403, early[1], ['x-amzn-errortype: InvalidSignatureException']]],
    ['it is about something else', [403, '{"message":"Not yours."}', [date(HOUR), 'x-amzn-errortype: AccessDenied']]],
  ])('is not the fault where %s', async (_name, reply) => {
    const rig = await openRig([reply, plain]);
    expect(failureOf(await rig.invoke())).toMatchObject({ kind: 'status', status: 403 });
    expect(rig.requests).toHaveLength(1);
  });

  it('that stays wrong is told after the second try', async () => {
    const rig = await openRig([early]);
    expect(failureOf(await rig.invoke())).toMatchObject({ status: 403, message: expect.stringContaining('Signature') });
    expect(rig.requests).toHaveLength(2);
  });
});

describe('embeddings', () => {
  const TITAN = 'amazon.titan-embed-text-v2:0';
  const COHERE = 'cohere.embed-v4:0';
  const embed = (params = {}) =>
    makeCall(
      ['one', 'two', 'three'].map((text, turn) => ({ type: 'text', turn, role: 'user', text })),
      params,
      { kind: 'embedding' },
    );
  const titan = (first: number): Reply => [200, JSON.stringify({ embedding: [first, 0.5], inputTextTokenCount: 2 })];

  it('of Titan take one request for each text', async () => {
    const rig = await openRig([titan(1)]);
    expect(await rig.invoke({ call: embed({ dimensions: 256 }), modelId: TITAN })).toEqual({
      type: 'answer',
      answer: {
        kind: 'embedding',
        model: null,
        parts: [0, 1, 2].map((index) => ({ type: 'embedding', index, vector: [1, 0.5] })),
        usage: { inputTokens: 6, outputTokens: 0, cachedInputTokens: 0, estimated: false },
      },
    });
    expect(lineOf(rig.requests[0])).toBe('POST /model/amazon.titan-embed-text-v2%3A0/invoke HTTP/1.1');
    expect(rig.requests.map((request) => JSON.parse(bodyOf(request))).toSorted()).toEqual(
      expect.arrayContaining(['one', 'two', 'three'].map((inputText) => ({ inputText, dimensions: 256 }))),
    );
  });

  it('fail as one', async () => {
    const rig = await openRig([titan(1), [429, '{"message":"Too many."}']]);
    expect(failureOf(await rig.invoke({ call: embed(), modelId: TITAN }))).toMatchObject({ status: 429 });
  });

  it.each([
    [{ embeddings: [[1], [2], [3]], response_type: 'embeddings_floats' }],
    [{ embeddings: { float: [[1], [2], [3]] }, response_type: 'embeddings_by_type' }],
  ])('of Cohere come together, counted in a header: %j', async (body) => {
    const rig = await openRig([[200, JSON.stringify(body), ['x-amzn-bedrock-input-token-count: 9']]]);
    const invocation = await rig.invoke({ call: embed({ inputType: 'query', dimensions: 512 }), modelId: COHERE });
    expect(invocation).toMatchObject({
      answer: {
        parts: [
          { index: 0, vector: [1] },
          { index: 1, vector: [2] },
          { index: 2, vector: [3] },
        ],
      },
    });
    expect(invocation).toMatchObject({ answer: { usage: { inputTokens: 9 } } });
    expect(rig.requests.map((request) => JSON.parse(bodyOf(request)))).toEqual([
      {
        texts: ['one', 'two', 'three'],
        input_type: 'search_query',
        embedding_types: ['float'],
        output_dimension: 512,
      },
    ]);
  });

  it.each([
    [embed({ inputType: 'query' }), TITAN, 'This model takes no input_type.'],
    [embed({ dimensions: 256 }), 'amazon.titan-embed-text-v1', 'This model takes no dimensions.'],
    [embed(), 'meta.llama3', 'This provider embeds with models of Amazon Titan and Cohere.'],
  ])('that do not fit are refused (%#)', async (call, modelId, message) => {
    const rig = await openRig([plain]);
    expect(failureOf(await rig.invoke({ call, modelId }))).toMatchObject({ kind: 'unsupported', message });
    expect(rig.requests).toHaveLength(0);
  });

  it.each(['{"embedding":"x"}', '{"embeddings":[[1],["a"]]}', '{"embeddings":[[1],[2]]}', '{}'])(
    'that cannot be read are invalid: %s',
    async (body) => {
      const rig = await openRig([[200, body]]);
      expect(failureOf(await rig.invoke({ call: embed(), modelId: COHERE })).kind).toBe('invalid');
    },
  );
});

describe('media by URL', () => {
  it('that points inward is refused before anything is fetched or sent', async () => {
    const rig = await openRig([plain]);
    const call = makeCall([{ type: 'image', turn: 0, role: 'user', url: 'http://169.254.169.254/latest' }]);
    expect(failureOf(await rig.invoke({ call })).kind).toBe('unsupported');
    expect(rig.requests).toHaveLength(0);
  });
});
