import type { Part } from '@reeve/contracts';
import { describe, expect, test } from 'vitest';
import { AppError } from '#kernel';
import { readJsonBody } from '../read-body.ts';
import { sealCallId, sealSignature } from '../sealed-signature.ts';
import { countToCall, messageToCall } from './anthropic-to-call.ts';

const LEAST = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] };
const bodyOf = (fields: object) => readJsonBody(Buffer.from(JSON.stringify({ ...LEAST, ...fields })));
const read = (fields: object = {}, headers = {}) => messageToCall(bodyOf(fields), headers);

/** The parts of one message of the user's. */
const partsOf = (...content: object[]): readonly Part[] => read({ messages: [{ role: 'user', content }] }).parts;
const partOf = (block: object): Part | undefined => partsOf(block)[0];

function refusal(fields: object): { code: string; param: string | null } {
  try {
    read(fields);
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, param: error.param };
    throw error;
  }
  throw new Error('it was taken');
}

describe('settings', () => {
  test('the least there is', () => {
    const call = read();
    expect(call).toMatchObject({ kind: 'chat', wire: 'anthropic', model: 'm', stream: false, passHeaders: {} });
    expect(call.parts).toEqual([{ type: 'text', turn: 0, role: 'user', text: 'hi' }]);
    expect(call.params).toEqual({ maxOutputTokens: 9 });
    expect(call.extensions).toEqual({});
    expect(call.raw?.fields.has('messages')).toBe(true);
  });

  const schema = { type: 'object', properties: { a: { type: 'string' } } };
  test.for([
    ['temperature', 0.5, { temperature: 0.5 }],
    ['top_p', 0.9, { topP: 0.9 }],
    ['top_k', 40, { topK: 40 }],
    ['stop_sequences', ['a', 'b'], { stop: ['a', 'b'] }],
    ['metadata', { user_id: 'u' }, { endUser: 'u' }],
    ['metadata', { user_id: null }, {}],
    ['tool_choice', { type: 'any' }, { toolChoice: 'required' }],
    ['tool_choice', { type: 'tool', name: 'f' }, { toolChoice: { name: 'f' } }],
    ['thinking', { type: 'enabled', budget_tokens: 2048 }, { reasoning: { budgetTokens: 2048, visible: true } }],
    ['thinking', { type: 'adaptive' }, { reasoning: { visible: true } }],
    ['thinking', { type: 'adaptive', display: 'omitted' }, { reasoning: { visible: false } }],
    ['thinking', { type: 'disabled' }, { reasoning: { effort: 'none' } }],
    ['output_config', { effort: 'xhigh' }, { reasoning: { effort: 'xhigh' } }],
    [
      'output_config',
      { format: { type: 'json_schema', schema } },
      { responseFormat: { type: 'json-schema', name: 'answer', schema, strict: true } },
    ],
    [
      'output_format',
      { type: 'json_schema', schema },
      { responseFormat: { type: 'json-schema', name: 'answer', schema, strict: true } },
    ],
    [
      'tools',
      [
        { name: 'f', description: 'd', input_schema: schema, strict: true, cache_control: { type: 'ephemeral' } },
        { type: 'custom', name: 'g', input_schema: {}, eager_input_streaming: true, allowed_callers: ['direct'] },
      ],
      {
        tools: [
          { name: 'f', description: 'd', parameters: schema, strict: true, cache: '5m' },
          { name: 'g', parameters: {} },
        ],
      },
    ],
  ] as const)('%s: %o', ([name, value, params]) => {
    const call = read({ [name]: value });
    expect(call.params).toEqual({ maxOutputTokens: 9, ...params });
    expect(call.extensions).toEqual({});
  });

  test('thinking and effort are one wish', () => {
    const { params } = read({ thinking: { type: 'adaptive' }, output_config: { effort: 'low' } });
    expect(params.reasoning).toEqual({ effort: 'low', visible: true });
  });

  test('stream, and the headers that pass', () => {
    const headers = { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'a,b', authorization: 'Bearer x' };
    const call = read({ stream: true }, headers);
    expect(call.stream).toBe(true);
    expect(call.passHeaders).toEqual({ 'anthropic-version': '2023-06-01', 'anthropic-beta': 'a,b' });
  });

  test('what the call does not model stands under a name that says what it is', () => {
    const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 2 };
    const { extensions, params } = read({
      service_tier: 'auto',
      container: 'c1',
      metadata: { user_id: 'u', farm: 'north' },
      thinking: { type: 'between_tools' },
      tool_choice: { type: 'sometimes' },
      output_config: { task_budget: { total: 5 }, format: { type: 'grammar' } },
      tools: [search, { name: 'f', input_schema: {}, defer_loading: true, allowed_callers: ['code'] }],
    });
    expect(extensions).toEqual({
      service_tier: 'auto',
      container: 'c1',
      'metadata.farm': 'north',
      thinking: { type: 'between_tools' },
      tool_choice: { type: 'sometimes' },
      'output_config.task_budget': { total: 5 },
      'output_config.format': { type: 'grammar' },
      'tools.web_search_20250305': search,
      'tools.defer_loading': true,
      'tools.allowed_callers': ['code'],
    });
    expect(params).toEqual({ maxOutputTokens: 9, endUser: 'u', tools: [{ name: 'f', parameters: {} }] });
  });

  test('a count needs no limit and takes none', () => {
    const call = countToCall(bodyOf({ max_tokens: undefined, tools: [{ name: 'f', input_schema: {} }] }), {});
    expect(call).toMatchObject({ kind: 'count', stream: false, params: { tools: [{ name: 'f' }] } });
  });
});

describe('what is at fault is named', () => {
  const message = (content: unknown) => ({ messages: [{ role: 'user', content }] });
  test.for([
    [{ model: '' }, 'model'],
    [{ max_tokens: undefined }, 'max_tokens'],
    [{ max_tokens: -1 }, 'max_tokens'],
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role'],
    [{ temperature: 1.1 }, 'temperature'],
    [{ stream: 'yes' }, 'stream'],
    [{ thinking: { type: 'enabled' } }, 'thinking.budget_tokens'],
    [{ thinking: { type: 'enabled', budget_tokens: 100 } }, 'thinking.budget_tokens'],
    [{ tool_choice: { type: 'tool' } }, 'tool_choice.name'],
    [{ tools: [{ name: 'f' }] }, 'tools[0].input_schema'],
    [{ tools: [{ name: 'f', input_schema: {} }, { input_schema: {} }] }, 'tools[1].name'],
    [{ system: [{ type: 'text' }] }, 'system[0].text'],
    [message([{ text: 'x' }]), 'messages[0].content'],
    [message([{ type: 'image', source: { type: 'base64', data: 'AA' } }]), 'messages[0].content[0].source.media_type'],
    [message([{ type: 'tool_result', content: 'x' }]), 'messages[0].content[0].tool_use_id'],
    [
      message([{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 1 }] }]),
      'messages[0].content[0].content[0].text',
    ],
    [
      message([{ type: 'text', text: 'x', cache_control: { type: 'forever' } }]),
      'messages[0].content[0].cache_control.type',
    ],
  ] as const)('%o', ([fields, param]) => {
    expect(refusal(fields)).toEqual({ code: 'invalid_request', param });
  });
});

describe('blocks', () => {
  test('system, messages and the turns they are', () => {
    const system = [{ type: 'text', text: 's', cache_control: { type: 'ephemeral', ttl: '1h' } }];
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: [{ type: 'text', text: 'b', citations: [{ type: 'char_location' }] }] },
      { role: 'system', content: 'c' },
    ];
    expect(read({ system, messages }).parts).toEqual([
      { type: 'text', turn: 0, role: 'system', text: 's', cache: '1h' },
      { type: 'text', turn: 1, role: 'user', text: 'a' },
      { type: 'text', turn: 2, role: 'assistant', text: 'b' },
      { type: 'text', turn: 3, role: 'system', text: 'c' },
    ]);
  });

  test('a mark for the whole request stands at its last part', () => {
    const messages = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
    ];
    const { parts, extensions } = read({ messages, cache_control: { type: 'ephemeral', ttl: '1h' } });
    expect(parts.map(({ cache }) => cache)).toEqual([undefined, '1h']);
    expect(extensions).toEqual({});
  });

  const base64 = (media_type: string) => ({ type: 'base64', media_type, data: 'AAAA' });
  test.for([
    [
      { type: 'image', source: base64('image/png') },
      { type: 'image', url: 'data:image/png;base64,AAAA' },
    ],
    [
      { type: 'image', source: { type: 'url', url: 'https://a/b' } },
      { type: 'image', url: 'https://a/b' },
    ],
    [
      { type: 'image', source: { type: 'file', file_id: 'f1' } },
      { type: 'file', fileId: 'f1' },
    ],
    [
      { type: 'document', source: base64('application/pdf') },
      { type: 'file', data: 'data:application/pdf;base64,AAAA', mediaType: 'application/pdf' },
    ],
    [
      { type: 'document', source: { type: 'url', url: 'https://a/b' } },
      { type: 'file', url: 'https://a/b', mediaType: 'application/pdf' },
    ],
    [
      { type: 'document', source: { type: 'file', file_id: 'f1' } },
      { type: 'file', fileId: 'f1' },
    ],
    [
      {
        type: 'document',
        source: { type: 'text', media_type: 'text/plain', data: 't' },
        citations: { enabled: false },
      },
      { type: 'text', text: 't' },
    ],
  ] as const)('%o', ([block, media]) => {
    const place = { turn: 0, role: 'user' };
    expect(partOf({ ...block, cache_control: { type: 'ephemeral' } })).toEqual({ ...place, ...media, cache: '5m' });
    const [result] = partsOf({ type: 'tool_result', tool_use_id: 't', content: [block] });
    expect(result).toEqual({ ...place, role: 'tool', type: 'tool-result', id: 't', content: [media] });
  });

  const source = { type: 'text', media_type: 'text/plain', data: 't' };
  test.for([
    ['document.title', { type: 'document', source, title: 'T' }],
    ['document.context', { type: 'document', source, context: 'C' }],
    ['document.citations', { type: 'document', source, citations: { enabled: true } }],
    ['document.source.content', { type: 'document', source: { type: 'content', content: [] } }],
    ['image.transformations', { type: 'image', source: { type: 'url', url: 'u' }, transformations: { a: 1 } }],
    ['search_result', { type: 'search_result', source: 's', content: [] }],
    ['server_tool_use', { type: 'server_tool_use', id: 's1', name: 'web_search', input: {} }],
    ['tool_use.caller', { type: 'tool_use', id: 'a', name: 'f', input: {}, caller: { type: 'code_execution' } }],
    ['tool_use.toolset_name', { type: 'tool_use', id: 'a', name: 'f', input: {}, toolset_name: 'browser' }],
    ['tool_result.search_result', { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'search_result' }] }],
    ['from_the_future', { type: 'from_the_future', x: 1 }],
  ] as const)('%s is foreign to other wires', ([name, block]) => {
    expect(partOf(block)).toEqual({ turn: 0, role: 'user', type: 'other', name, value: block });
  });

  test('calls of tools and their results', () => {
    const use = { type: 'tool_use', id: 't1', name: 'f', input: { a: 1 }, caller: { type: 'direct' } };
    expect(partOf(use)).toMatchObject({ type: 'tool-call', id: 't1', name: 'f', arguments: '{"a":1}' });
    const failed = { type: 'tool_result', tool_use_id: 't1', content: 'no', is_error: true };
    expect(partOf(failed)).toMatchObject({ role: 'tool', content: [{ type: 'text', text: 'no' }], isError: true });
    expect(partOf({ type: 'tool_result', tool_use_id: 't1' })).toMatchObject({ content: [] });
  });

  test('thoughts: signed, redacted, withheld, unsigned, and signed by another wire', () => {
    const foreign = { wire: 'google', value: 'g' };
    const parts = partsOf(
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'redacted_thinking', data: 'xyz' },
      { type: 'thinking', thinking: '', signature: 'sig' },
      { type: 'thinking', thinking: 'hm', signature: '' },
      { type: 'thinking', thinking: 'hm', signature: sealSignature(foreign) },
    );
    const thought = { turn: 0, role: 'user', type: 'reasoning' };
    expect(parts).toEqual([
      { ...thought, text: 'hm', signature: { wire: 'anthropic', value: 'sig' } },
      { ...thought, text: '', signature: { wire: 'anthropic', value: 'redacted:xyz' }, hidden: true },
      { ...thought, text: '', signature: { wire: 'anthropic', value: 'sig' }, hidden: true },
      { ...thought, text: 'hm' },
      { ...thought, text: 'hm', signature: foreign },
    ]);
  });

  test('a sealed signature goes back to the call that it signs', () => {
    const seal = sealSignature({ wire: 'google', value: 'g', call: 't2' });
    const use = (id: string) => ({ type: 'tool_use', id, name: 'f', input: {} });
    const parts = partsOf({ type: 'thinking', thinking: '', signature: seal }, use('t1'), use('t2'));
    expect(parts).toMatchObject([{ id: 't1' }, { id: 't2', signature: { wire: 'google', value: 'g' } }]);
    expect(parts[0]).not.toHaveProperty('signature');
  });

  test('a signature in the id of a call goes back to it, and its result finds it', () => {
    const signature = { wire: 'google', value: 'g' };
    const id = sealCallId('t1', signature);
    const result = { type: 'tool_result', tool_use_id: id, content: '3' };
    const parts = partsOf({ type: 'tool_use', id, name: 'f', input: {} }, result);
    expect(parts).toMatchObject([{ id: 't1', signature }, { id: 't1' }]);
  });
});
