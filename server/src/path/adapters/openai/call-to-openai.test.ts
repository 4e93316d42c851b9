import type { Call, CallParams, Part } from '@reeve/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callToOpenAi, findUnsayable } from './call-to-openai.ts';
import { provider, rawCall } from './openai.fixtures.ts';

const send = (call: Call, modelId = 'gpt-4o-mini', to = provider): string =>
  Buffer.from(callToOpenAi(call, to, modelId)).toString('utf8');
const read = (call: Call, modelId?: string, to = provider): unknown => JSON.parse(send(call, modelId, to));
const messages = [{ role: 'user', content: 'hi "there", {}' }];

describe('the caller’s own bytes', () => {
  it('go out as the same buffer when nothing changes', () => {
    const call = rawCall({ model: 'gpt-4o-mini', messages, max_tokens: 5 });
    expect(callToOpenAi(call, provider, 'gpt-4o-mini')).toBe(call.raw?.bytes);
    const stream = rawCall({ model: 'm', stream: true, messages }, { streamUsage: true });
    expect(callToOpenAi(stream, provider, 'm')).toBe(stream.raw?.bytes);
  });

  it('get the model’s own name in the place of the alias and keep every other byte', () => {
    const call = rawCall({ messages, model: 'fast', seed: 1, note: 'the model "fast" é' });
    const before = Buffer.from(call.raw?.bytes ?? []).toString('utf8');
    expect(send(call, 'vendor/model-1')).toBe(before.replace('"model" : "fast"', '"model" : "vendor/model-1"'));
  });

  it('ask for usage on a stream that did not, unless the provider does not take that', () => {
    const call = rawCall({ model: 'm', stream: true, messages });
    const before = Buffer.from(call.raw?.bytes ?? []).toString('utf8');
    expect(send(call, 'm')).toBe(`{"stream_options":{"include_usage":true},${before.slice(1)}`);
    expect(callToOpenAi(call, { ...provider, streamUsage: false }, 'm')).toBe(call.raw?.bytes);
  });

  it.each([
    [null, { include_usage: true }],
    [{ include_usage: false }, { include_usage: true }],
    [{ include_obfuscation: false }, { include_obfuscation: false, include_usage: true }],
  ])('merges the wish for usage into stream_options %j', (given, expected) => {
    const call = rawCall({ stream_options: given, model: 'a', stream: true, messages });
    expect(read(call, 'b')).toEqual({ stream_options: expected, model: 'b', stream: true, messages });
  });

  it('leave out the thoughts of earlier answers where the server refuses them', () => {
    const thought = { role: 'assistant', content: 'A stick.', reasoning_content: 'Hm.', name: 'Ann' };
    const call = rawCall({ model: 'm', seed: 1, messages: [...messages, thought] });
    const groq = { ...provider, settings: { takes_thoughts: false } };
    expect(callToOpenAi(call, provider, 'm')).toBe(call.raw?.bytes);
    const { reasoning_content: _thought, ...rest } = thought;
    expect(read(call, 'm', groq)).toEqual({ model: 'm', seed: 1, messages: [...messages, rest] });
    const plain = rawCall({ model: 'm', messages });
    expect(callToOpenAi(plain, groq, 'm')).toBe(plain.raw?.bytes);
  });

  it('get a model where the endpoint let the caller leave it out', () => {
    const call: Call = { ...rawCall({ input: 'x' }), kind: 'moderation', model: 'omni-moderation-latest' };
    expect(send(call, 'omni-moderation-latest')).toBe('{"model":"omni-moderation-latest","input" : "x"}');
  });

  it('stay the same request for any body', () => {
    const value = fc.jsonValue({ maxDepth: 2 });
    const extra = fc.dictionary(
      fc.string().filter((name) => !/^(model|stream|stream_options|__proto__)$/.test(name)),
      value,
    );
    fc.assert(
      fc.property(extra, fc.string(), fc.string({ minLength: 1 }), fc.boolean(), (fields, alias, modelId, stream) => {
        const body = { ...fields, model: alias, stream };
        const call = rawCall(body);
        const usage = stream ? { stream_options: { include_usage: true } } : {};
        const expected: unknown = JSON.parse(JSON.stringify({ ...body, ...usage, model: modelId }));
        expect(read(call, modelId)).toEqual(expected);
      }),
    );
  });
});

function built(parts: Part[], params: CallParams = {}, extra: Partial<Call> = {}): Call {
  return { kind: 'chat', wire: 'anthropic', model: 'alias', stream: false, parts, params, extensions: {}, ...extra };
}

describe('a call of another surface', () => {
  it('becomes messages with all their parts', () => {
    const call = built([
      { type: 'text', turn: 0, role: 'system', text: 'Be brief.' },
      { type: 'text', turn: 1, role: 'user', text: 'Look:' },
      { type: 'image', turn: 1, role: 'user', url: 'data:image/png;base64,AA', detail: 'low' },
      { type: 'audio', turn: 1, role: 'user', data: 'AA', format: 'wav' },
      { type: 'file', turn: 1, role: 'user', filename: 'a.pdf', data: 'AA', mediaType: 'application/pdf' },
      { type: 'reasoning', turn: 2, role: 'assistant', text: 'hm' },
      { type: 'tool-call', turn: 2, role: 'assistant', id: 'c1', name: 'look', arguments: '{}' },
      { type: 'text', turn: 3, role: 'user', text: 'And?' },
      { type: 'tool-result', turn: 3, role: 'user', id: 'c1', content: [{ type: 'text', text: '42' }] },
    ]);
    expect(read(call)).toEqual({
      model: 'gpt-4o-mini',
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look:' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'low' } },
            { type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } },
            { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: '42' },
        { role: 'user', content: 'And?' },
      ],
    });
  });

  it('carries every setting that it says it carries', () => {
    const tool = { name: 'look', parameters: { type: 'object' }, strict: true };
    const params: CallParams = {
      maxOutputTokens: 9,
      temperature: 0,
      topP: 0.5,
      topK: 4,
      frequencyPenalty: 0.1,
      presencePenalty: -0.1,
      stop: ['x'],
      seed: 3,
      choices: 2,
      logprobs: { top: 5 },
      logitBias: { 7: -100 },
      tools: [{ ...tool, cache: '5m' }],
      toolChoice: { name: 'look' },
      parallelToolCalls: false,
      responseFormat: { type: 'json-schema', name: 'n', schema: {}, strict: true },
      reasoning: { effort: 'low' },
      endUser: 'u',
    };
    const call = built([{ type: 'text', turn: 0, role: 'user', text: 'q' }], params, {
      stream: true,
      extensions: { verbosity: 'low', service_tier: 'standard_only' },
    });
    const settings = {
      model: 'm',
      messages: [{ role: 'user', content: 'q' }],
      verbosity: 'low',
      temperature: 0,
      top_p: 0.5,
      top_k: 4,
      frequency_penalty: 0.1,
      presence_penalty: -0.1,
      stop: ['x'],
      seed: 3,
      n: 2,
      logprobs: true,
      top_logprobs: 5,
      logit_bias: { 7: -100 },
      tools: [{ type: 'function', function: tool }],
      tool_choice: { type: 'function', function: { name: 'look' } },
      parallel_tool_calls: false,
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: {}, strict: true } },
      reasoning_effort: 'low',
      user: 'u',
      stream: true,
      stream_options: { include_usage: true },
    };
    expect(read(call, 'm')).toEqual({ ...settings, max_tokens: 9 });
    const newer = { ...provider, settings: { max_tokens_field: 'max_completion_tokens' } };
    expect(read(call, 'm', newer)).toEqual({ ...settings, max_completion_tokens: 9 });
    expect(read(call, 'm', { ...provider, streamUsage: false })).not.toHaveProperty('stream_options');
  });

  it.each([
    [{ type: 'json' }, { type: 'json_object' }],
    [{ type: 'text' }, { type: 'text' }],
  ] as const)('says response format %j', (responseFormat, expected) => {
    expect(read(built([], { responseFormat }))).toMatchObject({ response_format: expected });
  });

  it.each([
    [1_024, 'low'],
    [8_192, 'medium'],
    [30_000, 'high'],
  ])('says a budget of %d tokens as effort %s', (budgetTokens, effort) => {
    expect(read(built([], { reasoning: { budgetTokens } }))).toMatchObject({ reasoning_effort: effort });
  });

  it('becomes an embedding request, of texts or of token ids', () => {
    const text: Part = { type: 'text', turn: 0, role: 'user', text: 'a' };
    const call = built([text, { ...text, turn: 1, text: 'b' }], { dimensions: 8 }, { kind: 'embedding' });
    expect(read(call)).toEqual({ model: 'gpt-4o-mini', input: ['a', 'b'], dimensions: 8 });
    const ids = built(
      [{ type: 'other', turn: 0, role: 'user', name: 'token_ids', value: [[1, 2]] }],
      {},
      { kind: 'embedding' },
    );
    expect(read(ids)).toEqual({ model: 'gpt-4o-mini', input: [[1, 2]] });
  });

  it('becomes a text completion of one prompt, of several, or of token ids', () => {
    const prompt: Part = { type: 'text', turn: 0, role: 'user', text: 'a' };
    const params: CallParams = { maxOutputTokens: 3, choices: 2, logprobs: { top: 2 }, stop: ['.'] };
    const extra: Partial<Call> = { kind: 'completion', wire: 'openai', extensions: { suffix: '!', echo: true } };
    const expected = { model: 'm', max_tokens: 3, n: 2, logprobs: 2, stop: ['.'], suffix: '!', echo: true };
    expect(read(built([prompt], params, extra), 'm')).toEqual({ ...expected, prompt: 'a' });
    const two = [prompt, { ...prompt, turn: 1, text: 'b' }];
    expect(read(built(two, params, extra), 'm')).toEqual({ ...expected, prompt: ['a', 'b'] });
    const ids: Part = { type: 'other', turn: 0, role: 'user', name: 'token_ids', value: [1, 2] };
    expect(read(built([ids], params, extra), 'm')).toEqual({ ...expected, prompt: [1, 2] });
  });

  it('becomes a moderation of texts, or of a text with images', () => {
    const text: Part = { type: 'text', turn: 0, role: 'user', text: 'a' };
    const image: Part = { type: 'image', turn: 0, role: 'user', url: 'https://a.example/x.png' };
    const asked = (parts: Part[]) => read(built(parts, {}, { kind: 'moderation' }), 'm');
    expect(asked([text])).toEqual({ model: 'm', input: 'a' });
    expect(asked([text, { ...text, turn: 1, text: 'b' }])).toEqual({ model: 'm', input: ['a', 'b'] });
    expect(asked([text, image])).toEqual({
      model: 'm',
      input: [
        { type: 'text', text: 'a' },
        { type: 'image_url', image_url: { url: 'https://a.example/x.png' } },
      ],
    });
  });

  it('becomes a rerank request', () => {
    const text = (turn: number, words: string): Part => ({ type: 'text', turn, role: 'user', text: words });
    const call = built([text(0, 'q'), text(1, 'a'), text(2, '')], { topN: 1 }, { kind: 'rerank', wire: 'cohere' });
    expect(read(call, 'm')).toEqual({ model: 'm', query: 'q', documents: ['a', ''], top_n: 1 });
  });

  it.each([
    [{ type: 'other', name: 'search_result', value: {} }, 'a part of type "search_result"'],
    [{ type: 'file', url: 'https://a.example/a.pdf' }, 'a file by its URL'],
  ] as const)('is not sent with %j', (part, words) => {
    const call = built([{ ...part, turn: 0, role: 'user' }]);
    expect(findUnsayable(call, provider)).toContain(words);
    expect(findUnsayable({ ...rawCall({ model: 'm' }), parts: call.parts }, provider)).toBeNull();
  });

  it('is not sent with fields that do not say where they stood', () => {
    const call = built([], {}, { wire: 'openai', extensions: { 'messages[].foo': [1] } });
    expect(findUnsayable(call, provider)).toContain('"messages[].foo"');
    expect(findUnsayable({ ...rawCall({ model: 'm' }), extensions: call.extensions }, provider)).toBeNull();
  });

  it('keeps what the call does not model where its own bytes cannot go', () => {
    const custom = { type: 'custom', custom: { name: 'grep' } };
    const params: CallParams = { tools: [{ name: 'look' }] };
    const call = built([], params, {
      wire: 'openai',
      extensions: { tools: [custom], prediction: { type: 'content' } },
    });
    expect(read(call, 'm')).toMatchObject({
      tools: [{ type: 'function', function: { name: 'look' } }, custom],
      prediction: { type: 'content' },
    });
  });
});
