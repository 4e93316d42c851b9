import type { Call, CallParams, Part } from '@reeve/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foreignCall, modelId, rawCall } from './anthropic.fixtures.ts';
import { callToAnthropic } from './call-to-anthropic.ts';

const send = (call: Call, to = modelId): string => {
  const bytes = callToAnthropic(call, to);
  if ('type' in bytes) throw new Error(bytes.failure.message);
  return Buffer.from(bytes).toString('utf8');
};
const read = (call: Call, to?: string): unknown => JSON.parse(send(call, to));
const refusalOf = (call: Call, to = modelId): string | null => {
  const bytes = callToAnthropic(call, to);
  if (!('type' in bytes)) return null;
  expect(bytes.failure).toMatchObject({ kind: 'unsupported', status: null, body: null });
  return bytes.failure.message;
};

const question: Part = { type: 'text', turn: 0, role: 'user', text: 'q' };
const asking = (params: CallParams, extra: Partial<Call> = {}): Call => foreignCall([question], params, extra);
const user = { turn: 0, role: 'user' } as const;
const assistant = { turn: 1, role: 'assistant' } as const;

describe('the caller’s own bytes', () => {
  const messages = [{ role: 'user', content: 'hi "there", {}' }];

  it('go out as the same buffer when nothing changes, streamed or counted too', () => {
    for (const extra of [{}, { kind: 'count' as const }]) {
      const call = rawCall({ model: 'm', stream: true, messages }, extra);
      expect(callToAnthropic(call, 'm')).toBe(call.raw?.bytes);
    }
  });

  it('get the model’s own name in the place of the alias and keep every other byte', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.string({ minLength: 1 }), (value, alias, name) => {
        const call = rawCall({ messages, model: alias, note: value, temperature: 7 });
        const before = Buffer.from(call.raw?.bytes ?? []).toString('utf8');
        const [head, ...tail] = before.split(`"model" : ${JSON.stringify(alias)}`);
        expect(send(call, name)).toBe([head, ...tail].join(`"model" : ${JSON.stringify(name)}`));
      }),
    );
  });
});

describe('a conversation that came from another provider', () => {
  const thought: Part = { type: 'reasoning', ...assistant, text: 'Hm.' };
  const answer: Part = { type: 'text', ...assistant, text: 'Yes.' };
  const withThought = (part: Part): Call => ({
    ...rawCall({ model: 'm', max_tokens: 9, messages: [] }),
    parts: [question, part, answer, { ...question, turn: 2 }],
  });

  it.each<Part>([thought, { ...thought, signature: { wire: 'google', value: 's' } }])(
    'leaves out thoughts that Anthropic would refuse',
    (part) => {
      const sent = send(withThought(part), 'm');
      expect(sent).toContain('Yes.');
      expect(sent).not.toContain('Hm.');
    },
  );

  it('gives ids that Anthropic would refuse others, the same for a call and its result', () => {
    const id = 'functions.look:0';
    const call: Call = {
      ...rawCall({ model: 'm', max_tokens: 9, messages: [] }),
      parts: [
        question,
        { type: 'tool-call', ...assistant, id, name: 'look', arguments: '{}' },
        { type: 'tool-result', turn: 2, role: 'tool', id, content: [] },
      ],
    };
    const [, called, answered] = /"id":"([\w-]+)".*"tool_use_id":"([\w-]+)"/.exec(send(call, 'm')) ?? [];
    expect(called).toBeDefined();
    expect(answered).toBe(called);
  });

  it('keeps its bytes where the thoughts are Anthropic’s own', () => {
    const call = withThought({ ...thought, signature: { wire: 'anthropic', value: 's' } });
    expect(callToAnthropic(call, 'm')).toBe(call.raw?.bytes);
  });
});

describe('a call of another surface', () => {
  it('becomes a system and messages whose roles alternate', () => {
    const call = foreignCall([
      { type: 'text', turn: 0, role: 'system', text: 'Be brief.', cache: '1h' },
      { type: 'text', turn: 1, role: 'user', text: 'One.' },
      { type: 'text', turn: 2, role: 'user', text: 'Two.', cache: '5m' },
      { type: 'text', turn: 2, role: 'user', text: '' },
      { type: 'refusal', turn: 3, role: 'assistant', text: 'No.' },
      { type: 'text', turn: 4, role: 'system', text: 'Be kind.' },
      { type: 'text', turn: 5, role: 'assistant', text: 'Yes.' },
    ]);
    expect(read(call)).toEqual({
      model: modelId,
      max_tokens: 64_000,
      system: [
        { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', ttl: '1h' } },
        { type: 'text', text: 'Be kind.' },
      ],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'One.' },
            { type: 'text', text: 'Two.', cache_control: { type: 'ephemeral' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'No.' },
            { type: 'text', text: 'Yes.' },
          ],
        },
      ],
    });
  });

  it('carries calls of tools and their results, which stand before what else is said', () => {
    const call = foreignCall([
      { ...assistant, type: 'tool-call', id: 'a', name: 'look', arguments: '{"x":[1]}' },
      { ...assistant, type: 'tool-call', id: 'b', name: 'wait', arguments: '' },
      { type: 'text', turn: 2, role: 'user', text: 'And?' },
      { type: 'tool-result', turn: 2, role: 'tool', id: 'a', content: [], cache: '5m' },
      {
        type: 'tool-result',
        turn: 3,
        role: 'tool',
        id: 'b',
        isError: true,
        content: [
          { type: 'text', text: 'broken' },
          { type: 'image', url: 'data:image/png;base64,AAAA' },
        ],
      },
    ]);
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };
    expect(read(call)).toMatchObject({
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'a', name: 'look', input: { x: [1] } },
            { type: 'tool_use', id: 'b', name: 'wait', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', cache_control: { type: 'ephemeral' } },
            {
              type: 'tool_result',
              tool_use_id: 'b',
              is_error: true,
              content: [{ type: 'text', text: 'broken' }, image],
            },
            { type: 'text', text: 'And?' },
          ],
        },
      ],
    });
  });

  it('gives thoughts back unread, and leaves those of other wires out', () => {
    const signature = { wire: 'anthropic', value: 'c2ln' };
    const call = foreignCall([
      question,
      { ...assistant, type: 'reasoning', text: 'Hm.', signature },
      { ...assistant, type: 'reasoning', text: '', hidden: true, signature },
      { ...assistant, type: 'reasoning', text: '', hidden: true, signature: { ...signature, value: 'redacted:c2ln' } },
      { ...assistant, type: 'reasoning', text: 'foreign', signature: { wire: 'gemini', value: 'x' } },
      { ...assistant, type: 'reasoning', text: 'unsigned' },
      { ...assistant, type: 'text', text: 'Yes.' },
    ]);
    expect((read(call) as { messages: unknown[] }).messages[1]).toEqual({
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
        { type: 'thinking', thinking: '', signature: 'c2ln' },
        { type: 'redacted_thinking', data: 'c2ln' },
        { type: 'text', text: 'Yes.' },
      ],
    });
  });

  const document = (source: object, title?: string) => ({ type: 'document', source, ...(title ? { title } : {}) });
  const pdf = { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0x' };
  it.each<[object, object]>([
    [
      { type: 'image', url: 'https://a.b/c.png', detail: 'low' },
      { type: 'image', source: { type: 'url', url: 'https://a.b/c.png' } },
    ],
    [{ type: 'file', data: 'JVBERi0x', filename: 'a.pdf' }, document(pdf, 'a.pdf')],
    [{ type: 'file', data: 'JVBERi0x', mediaType: 'application/pdf' }, document(pdf)],
    [{ type: 'file', data: 'data:application/pdf;base64,JVBERi0x' }, document(pdf)],
    [{ type: 'file', url: 'https://a.b/c.pdf' }, document({ type: 'url', url: 'https://a.b/c.pdf' })],
    [{ type: 'file', fileId: 'file_1' }, document({ type: 'file', file_id: 'file_1' })],
    [
      { type: 'file', data: 'w6k=', filename: 'e.txt' },
      document({ type: 'text', media_type: 'text/plain', data: 'é' }, 'e.txt'),
    ],
    [
      { type: 'file', data: 'w6k=', mediaType: 'text/markdown' },
      document({ type: 'text', media_type: 'text/plain', data: 'é' }),
    ],
    [
      { type: 'file', data: 'data:image/png;base64,AAAA' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
    ],
  ])('carries %j', (part, block) => {
    expect(read(foreignCall([{ ...user, ...part } as Part]))).toMatchObject({
      messages: [{ role: 'user', content: [block] }],
    });
  });

  it('carries its settings under this wire’s names', () => {
    const tool = { name: 'look', description: 'Looks.', parameters: { type: 'object' } };
    const closed = { type: 'object', additionalProperties: false };
    const call = asking(
      {
        maxOutputTokens: 9,
        temperature: 0,
        topP: 1,
        topK: 4,
        stop: ['x'],
        endUser: 'u',
        tools: [
          { ...tool, strict: true, cache: '1h' },
          { name: 'wait', strict: false },
        ],
        toolChoice: { name: 'look' },
        parallelToolCalls: false,
        responseFormat: { type: 'json-schema', name: 'Size', description: 'A size.', schema: { type: 'object' } },
      },
      { stream: true },
    );
    expect(read(call)).toEqual({
      model: modelId,
      max_tokens: 9,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'q' }] }],
      temperature: 0,
      top_k: 4,
      stop_sequences: ['x'],
      metadata: { user_id: 'u' },
      tools: [
        {
          name: 'look',
          description: 'Looks.',
          input_schema: closed,
          strict: true,
          cache_control: { type: 'ephemeral', ttl: '1h' },
        },
        { name: 'wait', input_schema: { type: 'object', properties: {} } },
      ],
      tool_choice: { type: 'tool', name: 'look', disable_parallel_tool_use: true },
      output_config: {
        format: { type: 'json_schema', schema: { title: 'Size', description: 'A size.', ...closed } },
      },
      stream: true,
    });
  });

  const tools = [{ name: 'look' }];
  it.each<[CallParams, unknown]>([
    [{ tools }, undefined],
    [{ tools, toolChoice: 'auto' }, { type: 'auto' }],
    [{ tools, toolChoice: 'none' }, { type: 'none' }],
    [{ tools, toolChoice: 'required' }, { type: 'any' }],
    [
      { tools, parallelToolCalls: false },
      { type: 'auto', disable_parallel_tool_use: true },
    ],
    [
      { tools, toolChoice: 'required', parallelToolCalls: false },
      { type: 'any', disable_parallel_tool_use: true },
    ],
    [{ tools, toolChoice: 'none', parallelToolCalls: false }, { type: 'none' }],
    [{ tools, parallelToolCalls: true }, undefined],
    [{ parallelToolCalls: false }, undefined],
  ])('chooses tools by %j', (params, expected) => {
    expect((read(asking(params)) as { tool_choice?: unknown }).tool_choice).toEqual(expected);
  });

  it('goes on without a budget for thinking after tools whose thought is not there', () => {
    const said = { turn: 1, role: 'assistant' } as const;
    const call: Part = { ...said, type: 'tool-call', id: 'c', name: 'look', arguments: '{}' };
    const result: Part = { turn: 2, role: 'tool', type: 'tool-result', id: 'c', content: [] };
    const thought: Part = { ...said, type: 'reasoning', text: 'Hm.', signature: { wire: 'anthropic', value: 's' } };
    const reasoning = { effort: 'low' } as const;
    const ask = (...parts: Part[]) => read(foreignCall([question, ...parts, result], { reasoning }));
    expect(ask(call)).not.toHaveProperty('thinking');
    expect(ask(thought, call)).toHaveProperty('thinking');
    const adaptive = read(foreignCall([question, call, result], { reasoning }), 'claude-opus-4-7');
    expect(adaptive).toMatchObject({ thinking: { type: 'adaptive' } });
  });

  it('is counted by what counts as input only', () => {
    const params: CallParams = { maxOutputTokens: 9, temperature: 0, stop: ['x'], endUser: 'u', tools };
    expect(read(asking(params, { kind: 'count', stream: false }))).toEqual({
      model: modelId,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'q' }] }],
      tools: [{ name: 'look', input_schema: { type: 'object', properties: {} } }],
    });
  });
});

describe('a call of this wire without its bytes', () => {
  it('keeps the fields and blocks that the call does not model', () => {
    const block = { type: 'search_result', source: 's', title: 't', content: [] };
    const call = foreignCall(
      [{ ...user, type: 'other', name: 'search_result', value: block }],
      { maxOutputTokens: 5 },
      {
        wire: 'anthropic',
        extensions: {
          container: 'c',
          'output_config.task_budget': { total: 9 },
          'metadata.team': 't',
          'tools.web_search_20250305': { type: 'web_search_20250305', name: 'web_search' },
        },
      },
    );
    const params: CallParams = { reasoning: { effort: 'low' }, endUser: 'u', tools: [{ name: 'look' }] };
    expect(read(call)).toEqual({
      model: modelId,
      max_tokens: 5,
      container: 'c',
      output_config: { task_budget: { total: 9 } },
      metadata: { team: 't' },
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
      messages: [{ role: 'user', content: [block] }],
    });
    expect(read({ ...call, params }, 'claude-opus-5')).toMatchObject({
      output_config: { task_budget: { total: 9 }, effort: 'low' },
      metadata: { team: 't', user_id: 'u' },
      tools: [{ name: 'look' }, { name: 'web_search' }],
    });
  });

  it.each(['tools.defer_loading', 'messages[].foo', 'output_config.format.foo'])(
    'is refused where a field does not say to which it belongs: %s',
    (name) => {
      expect(refusalOf(asking({}, { wire: 'anthropic', extensions: { [name]: [true] } }))).toContain(`"${name}"`);
    },
  );

  it('hands no fields of another wire on', () => {
    expect(read(asking({}, { extensions: { store: true, metadata: { a: 'b' } } }))).toEqual({
      model: modelId,
      max_tokens: 64_000,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'q' }] }],
    });
  });
});

describe('what this wire cannot hold is refused by name', () => {
  it.each<[string, Part]>([
    ['"c1" (look)', { ...assistant, type: 'tool-call', id: 'c1', name: 'look', arguments: '{"x":' }],
    ['"c2" (look)', { ...assistant, type: 'tool-call', id: 'c2', name: 'look', arguments: '[1]' }],
    ['"c3" (look)', { ...assistant, type: 'tool-call', id: 'c3', name: 'look', arguments: 'null' }],
    ['images', { ...user, type: 'image', url: 'gs://bucket/a.png' }],
    ['images', { ...user, type: 'image', url: 'data:text/plain;base64,AAAA' }],
    ['"a.docx"', { ...user, type: 'file', data: 'AAAA', filename: 'a.docx' }],
    ['files', { ...user, type: 'file', data: 'data:application/zip;base64,AAAA' }],
    ['files', { ...user, type: 'file' }],
    ['files', { turn: 0, role: 'tool', type: 'tool-result', id: 't', content: [{ type: 'file', data: 'AAAA' }] }],
    ['audio', { ...user, type: 'audio', data: 'AAAA', format: 'wav' }],
    ['"item_reference"', { ...user, type: 'other', name: 'item_reference', value: { type: 'item_reference' } }],
    ['texts', { turn: 0, role: 'system', type: 'image', url: 'https://a.b/c.png' }],
  ])('%s', (named, part) => {
    expect(refusalOf(foreignCall([question, part]))).toContain(named);
  });

  it.each<[string, CallParams, string]>([
    ['temperature', { temperature: 1.01 }, modelId],
    ['temperature', { temperature: -0.1 }, modelId],
    ['temperature', { temperature: 0.5, reasoning: { effort: 'low' } }, modelId],
    ['temperature', { temperature: 0.5 }, 'claude-opus-4-7'],
    ['top_p', { topP: 0.5 }, 'claude-opus-4-7'],
    ['top_k', { topK: 5 }, 'claude-sonnet-5'],
    ['does not reason', { reasoning: { effort: 'low' } }, 'claude-3-5-haiku-20241022'],
    ['1024', { reasoning: { effort: 'low' }, maxOutputTokens: 1_024 }, modelId],
    ['budget', { reasoning: { budgetTokens: 1_023 } }, modelId],
    ['2000', { reasoning: { budgetTokens: 2_000 }, maxOutputTokens: 2_000 }, modelId],
    ['only an effort', { reasoning: { budgetTokens: 2_000 } }, 'claude-opus-4-7'],
    ['JSON Schema', { responseFormat: { type: 'json-schema', name: 'n', schema: {} } }, 'claude-sonnet-4-20250514'],
  ])('%s: %j', (named, params, to) => {
    expect(refusalOf(asking(params), to)).toContain(named);
  });

  it('but not values that everybody has by default', () => {
    const body = read(asking({ temperature: 1, topP: 1, reasoning: { effort: 'low' } }), 'claude-opus-4-7');
    expect(body).not.toHaveProperty('temperature');
    expect(body).not.toHaveProperty('top_p');
    expect(read(asking({ temperature: 1, reasoning: { effort: 'low' } }))).toMatchObject({ temperature: 1 });
  });
});
