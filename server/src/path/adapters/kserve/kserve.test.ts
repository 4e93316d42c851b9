import type { Call } from '@reeve/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import type { Socket } from 'node:net';
import type { Provider } from '../adapter.ts';
import { findUncarried } from '../find-uncarried.ts';
import { failureOf, openAdapterRig, sendWhole, type AdapterRig } from '../upstream-testing.ts';
import { createKServeAdapter } from './index.ts';
import {
  embeddingOf,
  inferAnswer,
  inferRequest,
  predictionOf,
  provider,
  vectors,
  vectorsOf,
} from './kserve.fixtures.ts';

const rigs: AdapterRig[] = [];
afterEach(async () => {
  await Promise.all(rigs.splice(0).map((rig) => rig.close()));
});

async function open(respond: (socket: Socket) => void, settings: Provider['settings'] = {}, modelId = 'minilm') {
  const rig = await openAdapterRig({
    create: createKServeAdapter,
    provider: { ...provider, settings },
    modelId,
    respond,
  });
  rigs.push(rig);
  return rig;
}

async function ask(call: Call, body: unknown, settings: Provider['settings'] = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const rig = await open((socket) => sendWhole(socket, 200, text), settings);
  const invocation = await rig.invoke(call);
  return { invocation, request: rig.requests[0] ?? '' };
}

const bodyOf = (request: string): unknown =>
  JSON.parse(Buffer.from(request.slice(request.indexOf('\r\n\r\n') + 4), 'latin1').toString('utf8'));

const two = embeddingOf(['a stick', 'Zürich']);

describe('an embedding', () => {
  it('sends its texts as one tensor, and the key as a bearer', async () => {
    const { request } = await ask(two, vectorsOf());
    expect(request).toMatch(/^POST \/v1\/models\/minilm\/infer HTTP/);
    expect(request).toContain('Bearer kserve-key-0123456789');
    expect(bodyOf(request)).toEqual({
      inputs: [{ name: 'text', shape: [2], datatype: 'BYTES', data: ['a stick', 'Zürich'] }],
    });
  });

  it('names and shapes its tensors as the provider’s settings say', async () => {
    const settings = { input_name: 'TEXT', input_rank: 2, output_name: 'VEC' };
    const { request } = await ask(two, vectorsOf({ name: 'VEC' }), settings);
    expect(bodyOf(request)).toEqual({
      inputs: [{ name: 'TEXT', shape: [2, 1], datatype: 'BYTES', data: ['a stick', 'Zürich'] }],
      outputs: [{ name: 'VEC' }],
    });
  });

  it.each([
    ['flat', {}],
    ['nested', { data: vectors }],
    ['with a batch in front', { shape: [2, 1, 3], data: vectors.map((vector) => [vector]) }],
    ['without a shape', { shape: undefined }],
    ['in other floats', { datatype: 'FP64' }],
  ])('reads vectors that come %s', async (_how, tensor) => {
    const { invocation } = await ask(two, vectorsOf(tensor));
    expect(invocation).toMatchObject({
      type: 'answer',
      answer: {
        kind: 'embedding',
        model: 'minilm',
        usage: null,
        parts: vectors.map((vector, index) => ({ type: 'embedding', index, vector })),
        raw: { wire: 'kserve' },
      },
    });
  });

  it('reads the one vector of one text without a batch', async () => {
    const { invocation } = await ask(embeddingOf(['a']), vectorsOf({ shape: [3], data: vectors[0] }));
    expect(invocation).toMatchObject({ answer: { parts: [{ type: 'embedding', index: 0, vector: vectors[0] }] } });
  });

  it.each([
    ['for another number of texts', { shape: [3, 2] }],
    ['for each token', { shape: [2, 3, 1, 4], data: Array.from({ length: 24 }, () => 0) }],
    ['that do not come out even', { shape: undefined, data: [1, 2, 3] }],
    ['that are no numbers', { data: ['1', '2', '3', '4', '5', '6'] }],
    ['of another type', { data: 'AAAA' }],
    ['of whole numbers only', { datatype: 'INT8' }],
  ])('calls vectors %s invalid', async (_what, tensor) => {
    expect(failureOf((await ask(two, vectorsOf(tensor))).invocation).kind).toBe('invalid');
  });

  it('takes no other tensor than the one it is told to', async () => {
    const { invocation } = await ask(two, vectorsOf(), { output_name: 'other' });
    expect(failureOf(invocation).kind).toBe('invalid');
  });

  it('is refused by name for what it cannot carry', () => {
    const adapter = createKServeAdapter({ httpClient: never, clock: never });
    expect(findUncarried(adapter, two, provider)).toEqual([]);
    expect(findUncarried(adapter, { ...two, params: { dimensions: 8 } }, provider)).toEqual(['dimensions']);
    expect(findUncarried(adapter, { ...two, kind: 'chat' }, provider)).toEqual(['calls of kind "chat"']);
    const ids: Call = { ...predictionOf([[1]], 'token_ids'), kind: 'embedding' };
    expect(findUncarried(adapter, ids, provider)).toEqual(['token_ids']);
  });
});

// Nothing is sent where only the declaration is asked.
const never = undefined as never;

describe('a prediction', () => {
  it('goes out as the caller wrote it and comes back whole', async () => {
    const adapter = createKServeAdapter({ httpClient: never, clock: never });
    expect(findUncarried(adapter, predictionOf(inferRequest), provider)).toEqual([]);
    const { invocation, request } = await ask(predictionOf(inferRequest), inferAnswer);
    expect(bodyOf(request)).toEqual(inferRequest);
    expect(invocation).toMatchObject({
      type: 'answer',
      answer: {
        kind: 'prediction',
        model: 'yield',
        parts: [{ type: 'tensors', index: 0, value: inferAnswer }],
        usage: { inputTokens: 0, outputTokens: 0, estimated: false },
      },
    });
  });

  it('may name a version of the model', async () => {
    const rig = await open((socket) => sendWhole(socket, 200, JSON.stringify(inferAnswer)), {}, 'yield/versions/2');
    await rig.invoke(predictionOf(inferRequest));
    expect(rig.requests[0]).toContain('/models/yield/versions/2/infer ');
  });

  it.each([predictionOf('text'), predictionOf(inferRequest, 'rows'), { ...two, kind: 'prediction' as const }])(
    'is not sent without tensors',
    async (call) => {
      const { invocation, request } = await ask(call, inferAnswer);
      expect(failureOf(invocation).kind).toBe('unsupported');
      expect(request).toBe('');
    },
  );
});

describe('a server that errs', () => {
  it.each([400, 404, 408, 425, 429, 500, 503, 529])('has its %d told with its sentence', async (status) => {
    const body = JSON.stringify({ error: 'model minilm is not ready' });
    const rig = await open((socket) => sendWhole(socket, status, body, ['retry-after: 3']));
    const failure = failureOf(await rig.invoke(two));
    expect(failure).toMatchObject({ kind: 'status', status, message: 'model minilm is not ready', retryAfter: '3' });
    expect(failure.body?.wire).toBe('kserve');
  });

  it('has its key masked', async () => {
    const body = JSON.stringify({ detail: 'no such token kserve-key-0123456789' });
    const rig = await open((socket) => sendWhole(socket, 401, body));
    expect(failureOf(await rig.invoke(two)).message).toBe('no such token [key]');
  });

  it.each(['', '[]', '{}', '"text"', '{"outputs":"none"}', '{"outputs":[]}', '<html></html>'])(
    'under a good status is invalid: %j',
    async (body) => {
      expect(failureOf((await ask(two, body)).invocation).kind).toBe('invalid');
      expect(failureOf((await ask(predictionOf(inferRequest), body)).invocation).kind).toBe('invalid');
    },
  );

  it('is told where the error stands under a good status', async () => {
    const { invocation } = await ask(two, { error: 'out of memory' });
    expect(failureOf(invocation)).toMatchObject({ kind: 'invalid', message: 'out of memory' });
  });

  it('is told when it is silent, resets or is not there', async () => {
    const silent = await open(() => undefined);
    expect(failureOf(await silent.invoke(two, { timeoutMs: 60 })).kind).toBe('timeout');
    const reset = await open((socket) => socket.resetAndDestroy());
    expect(failureOf(await reset.invoke(two)).kind).toBe('reset');
    await reset.upstream.close();
    expect(failureOf(await reset.invoke(two)).kind).toBe('connect');
  });
});
