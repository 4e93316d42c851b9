import type { Call, CallParams, Part } from '@reeve/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callToOpenAi } from './call-to-openai.ts';
import { provider, rawCall } from './openai.fixtures.ts';

const send = (call: Call, modelId = 'gpt-4o-mini', to = provider): string | null => {
  const bytes = callToOpenAi(call, to, modelId);
  return bytes === null ? null : Buffer.from(bytes).toString('utf8');
};
const read = (call: Call, modelId?: string, to = provider): unknown => JSON.parse(send(call, modelId, to) ?? 'null');
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
      { type: 'file', turn: 1, role: 'user', filename: 'a.pdf', data: 'AA' },
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
            { type: 'file', file: { filename: 'a.pdf', file_data: 'AA' } },
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

  it('carries its settings under this wire’s names', () => {
    const tool = { name: 'look', parameters: { type: 'object' }, strict: true };
    const params: CallParams = {
      maxOutputTokens: 9,
      temperature: 0,
      topP: 0.5,
      stop: ['x'],
      seed: 3,
      choices: 2,
      tools: [tool],
      toolChoice: 'auto',
      responseFormat: { type: 'json' },
    };
    const call = built([{ type: 'text', turn: 0, role: 'user', text: 'q' }], params, {
      stream: true,
      extensions: { user: 'u' },
    });
    const settings = {
      user: 'u',
      temperature: 0,
      top_p: 0.5,
      stop: ['x'],
      seed: 3,
      n: 2,
      tools: [{ type: 'function', function: tool }],
      tool_choice: 'auto',
      response_format: { type: 'json_object' },
      stream: true,
      stream_options: { include_usage: true },
    };
    expect(read(call)).toMatchObject({ ...settings, max_tokens: 9 });
    const hosted = { ...provider, baseUrl: 'https://api.openai.com/v1' };
    expect(read(call, 'm', hosted)).toMatchObject({ ...settings, max_completion_tokens: 9 });
    expect(read(call, 'm', { ...provider, streamUsage: false })).not.toHaveProperty('stream_options');
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

  it('is not sent without a part that this wire does not know', () => {
    expect(send(built([{ type: 'other', turn: 0, role: 'user', name: 'search_result', value: {} }]))).toBeNull();
  });
});
