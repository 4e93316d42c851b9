import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Call, CallParams, Part } from '@reeve/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Provider } from '../adapter.ts';
import { failureOf, gather, openAdapterRig, sendWhole, type AdapterRig } from '../upstream-testing.ts';
import { callToAiSdk } from './call-to-aisdk.ts';
import { createAiSdkAdapter } from './index.ts';

/** A provider package that asks its upstream once and then does what the model's name says. */
const PACKAGE = `
const usage = {
  v2: { inputTokens: 7, outputTokens: 3, cachedInputTokens: 2, reasoningTokens: 1 },
  v3: { inputTokens: { total: 7, cacheRead: 2, cacheWrite: 1 }, outputTokens: { total: 3, reasoning: 1 } },
};
const parts = [
  { type: 'stream-start', warnings: [] },
  { type: 'response-metadata', modelId: 'm-1' },
  { type: 'reasoning-delta', id: 'r', delta: 'Hm.' },
  { type: 'text-delta', id: 't', delta: 'The ' },
  { type: 'text-delta', id: 't', delta: 'stick' },
  { type: 'source', sourceType: 'url', url: 'https://example.com', title: 'Tally' },
  { type: 'tool-input-start', id: 'c1', toolName: 'look' },
  { type: 'tool-input-delta', id: 'c1', delta: '{"n":1}' },
  { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: '{"n":1}' },
  { type: 'tool-call', toolCallId: 'c2', toolName: 'look', input: '{"n":2}' },
  { type: 'finish', finishReason: { unified: 'tool-calls', raw: 'x' }, usage: usage.v3 },
];
const content = [
  { type: 'reasoning', text: 'Hm.' },
  { type: 'text', text: 'The stick' },
  { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: '{"n":1}' },
];
export function createFake({ baseURL, apiKey, fetch }) {
  const ask = async (options) => {
    const { abortSignal, ...rest } = options;
    const body = JSON.stringify(rest);
    const response = await fetch(baseURL + '/ask', { method: 'POST', body, headers: { authorization: apiKey }, signal: abortSignal });
    if (response.status >= 400) {
      const text = await response.text();
      throw Object.assign(new Error(text), { statusCode: response.status, responseHeaders: { 'retry-after': '7' } });
    }
    return response.text();
  };
  const none = (id) => {
    throw Object.assign(new Error('No such embeddingModel: ' + id), { name: 'AI_NoSuchModelError' });
  };
  const warnings = (id) => (id === 'warns' ? [{ type: 'unsupported', feature: 'seed' }] : []);
  return {
    languageModel: (id) => ({
      async doGenerate(options) {
        await ask(options);
        if (id === 'odd') return { content: 'none' };
        const reason = id === 'v2' ? 'stop' : { unified: 'stop', raw: 'end' };
        return { content, finishReason: reason, usage: id === 'v2' ? usage.v2 : usage.v3, warnings: warnings(id) };
      },
      async doStream(options) {
        await ask(options);
        const given = id === 'warns' ? [{ type: 'stream-start', warnings: warnings(id) }] : id === 'breaks' ? parts.slice(0, 4) : parts;
        const queue = id === 'errs' ? [...given, { type: 'error', error: new Error('x') }] : [...given];
        return { stream: new ReadableStream({
          pull(controller) {
            if (queue.length > 0) controller.enqueue(queue.shift());
            else if (id === 'breaks') controller.error(new Error('cut'));
            else controller.close();
          },
        }) };
      },
    }),
    embeddingModel: (id) => id === 'none' ? none(id) : ({ doEmbed: async ({ values }) => ({ embeddings: values.map((_, i) => [i, 0.5]), usage: { tokens: 4 } }) }),
  };
}
`;

let folder: string;
let rig: AdapterRig;
let status = 200;

const provider: Provider = {
  name: 'tail',
  adapter: 'aisdk',
  baseUrl: '',
  apiKey: 'secret-key',
  region: null,
  timeoutMs: 5_000,
  streamUsage: true,
  catalogue: null,
  settings: {},
};

const callOf = (changes: Partial<Call> = {}): Call => ({
  kind: 'chat',
  wire: 'openai',
  model: 'alias',
  stream: false,
  parts: [{ type: 'text', turn: 0, role: 'user', text: 'Hi' }],
  params: {},
  extensions: {},
  ...changes,
});

async function openRig(modelId: string, settings: object): Promise<AdapterRig> {
  const respond = (socket: Parameters<typeof sendWhole>[0]) => sendWhole(socket, status, '{"ok":true}');
  return openAdapterRig({
    create: createAiSdkAdapter,
    provider: { ...provider, settings: { ...settings } },
    modelId,
    respond,
  });
}

async function invoke(
  modelId: string,
  changes: Partial<Call> = {},
  settings: object = { package: join(folder, 'fake.mjs') },
) {
  rig = await openRig(modelId, settings);
  try {
    const invocation = await rig.invoke(callOf(changes));
    return invocation.type === 'stream'
      ? { stream: await gather(invocation), invocation }
      : { stream: null, invocation };
  } finally {
    await rig.close();
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-aisdk-'));
  await writeFile(join(folder, 'fake.mjs'), PACKAGE);
  await writeFile(join(folder, 'empty.mjs'), 'export const nothing = 1;');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a provider package of the AI SDK', () => {
  it.each(['v2', 'v3'])('gives a whole answer by version %s, through our own exit', async (version) => {
    const { invocation } = await invoke(version);
    expect(invocation).toMatchObject({
      type: 'answer',
      answer: {
        parts: [
          { type: 'reasoning', text: 'Hm.' },
          { type: 'text', text: 'The stick' },
          { type: 'tool-call', id: 'c1', name: 'look', arguments: '{"n":1}' },
          { type: 'end', finishReason: 'stop' },
        ],
        usage: { inputTokens: 7, outputTokens: 3, cachedInputTokens: 2, reasoningTokens: 1, estimated: false },
      },
    });
    expect(rig.requests[0]).toMatch(/^POST \/v1\/ask /);
    expect(rig.requests[0]).toContain('authorization: secret-key');
  });

  it('gives a stream: every piece once, calls numbered, usage and the end', async () => {
    const { stream } = await invoke('v3', { stream: true });
    expect(stream?.text).toBe('The stick');
    expect(stream?.events[0]).toEqual({ type: 'start', model: 'm-1' });
    expect(stream?.events.at(-1)).toEqual({ type: 'closed' });
    const calls = stream?.events.flatMap((event) =>
      event.type === 'tool-call-delta' ? [[event.call, event.arguments]] : [],
    );
    expect(calls).toEqual([
      [0, ''],
      [0, '{"n":1}'],
      [1, '{"n":2}'],
    ]);
    expect(stream?.events).toContainEqual({ type: 'end', index: 0, finishReason: 'tool-calls' });
    expect(stream?.events.find((event) => event.type === 'usage')).toMatchObject({
      usage: { inputTokens: 7, cacheWriteTokens: 1 },
    });
  });

  it.each(['breaks', 'errs'])('tells a stream that %s, and closes it not', async (modelId) => {
    const { stream } = await invoke(modelId, { stream: true });
    expect(stream?.events.some(({ type }) => type === 'closed')).toBe(false);
    expect(stream?.events.at(-1)).toMatchObject({ type: 'error', kind: 'reset' });
  });

  it('refuses what the package would lose', async () => {
    expect(failureOf((await invoke('warns')).invocation)).toMatchObject({
      kind: 'unsupported',
      message: expect.stringContaining('seed'),
    });
    expect(failureOf((await invoke('warns', { stream: true })).invocation).kind).toBe('unsupported');
    expect(failureOf((await invoke('none', { kind: 'embedding' })).invocation)).toMatchObject({
      kind: 'unsupported',
      message: 'No such embeddingModel: none',
    });
  });

  it("tells the provider's status without the key, and odd answers", async () => {
    status = 429;
    try {
      expect(failureOf((await invoke('v3')).invocation)).toMatchObject({
        kind: 'status',
        status: 429,
        retryAfter: '7',
      });
    } finally {
      status = 200;
    }
    expect(failureOf((await invoke('odd')).invocation).kind).toBe('invalid');
  });

  it('embeds', async () => {
    const { invocation } = await invoke('v3', { kind: 'embedding' });
    expect(invocation).toMatchObject({
      answer: { parts: [{ type: 'embedding', index: 0, vector: [0, 0.5] }], usage: { inputTokens: 4 } },
    });
  });

  it('says how to mend a package that is missing or makes nothing', async () => {
    const missing = failureOf((await invoke('m', {}, { package: 'no-such-package' })).invocation);
    expect(missing.message).toContain('npm install no-such-package');
    const empty = failureOf((await invoke('m', {}, { package: join(folder, 'empty.mjs') })).invocation);
    expect(empty.message).toContain('"create"');
  });
});

describe('callToAiSdk', () => {
  it('carries every part and setting', () => {
    const parts: Part[] = [
      { type: 'text', turn: 0, role: 'system', text: 'Be brief.' },
      { type: 'text', turn: 1, role: 'user', text: 'Look' },
      { type: 'image', turn: 1, role: 'user', url: 'data:image/png;base64,AA==' },
      { type: 'file', turn: 1, role: 'user', filename: 'a.pdf', data: 'data:application/pdf;base64,AA==' },
      { type: 'audio', turn: 1, role: 'user', data: 'AA==', format: 'wav' },
      { type: 'reasoning', turn: 2, role: 'assistant', text: 'Hm.' },
      { type: 'tool-call', turn: 2, role: 'assistant', id: 'c1', name: 'look', arguments: '{"n":1}' },
      { type: 'tool-result', turn: 3, role: 'tool', id: 'c1', content: [{ type: 'text', text: '42' }] },
    ];
    const params: CallParams = {
      maxOutputTokens: 9,
      temperature: 0,
      topP: 0.5,
      topK: 3,
      stop: ['x'],
      seed: 1,
      frequencyPenalty: 1,
      presencePenalty: 1,
      tools: [{ name: 'look', parameters: { type: 'object' } }],
      toolChoice: { name: 'look' },
      responseFormat: { type: 'json-schema', name: 'n', schema: { type: 'object' } },
    };
    expect(callToAiSdk(callOf({ parts, params }))).toEqual({
      prompt: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'file', data: 'AA==', mediaType: 'image/png' },
            { type: 'file', data: 'AA==', mediaType: 'application/pdf', filename: 'a.pdf' },
            { type: 'file', data: 'AA==', mediaType: 'audio/wav' },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'Hm.' },
            { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: { n: 1 } },
          ],
        },
        {
          role: 'tool',
          content: [{ type: 'tool-result', toolCallId: 'c1', toolName: 'look', output: { type: 'text', value: '42' } }],
        },
      ],
      maxOutputTokens: 9,
      temperature: 0,
      topP: 0.5,
      topK: 3,
      stopSequences: ['x'],
      seed: 1,
      frequencyPenalty: 1,
      presencePenalty: 1,
      tools: [{ type: 'function', name: 'look', inputSchema: { type: 'object' } }],
      toolChoice: { type: 'tool', toolName: 'look' },
      responseFormat: { type: 'json', schema: { type: 'object' }, name: 'n' },
    });
  });
});
