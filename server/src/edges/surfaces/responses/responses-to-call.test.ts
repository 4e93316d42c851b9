import type { Part } from '@reeve/contracts';
import { describe, expect, test } from 'vitest';
import { AppError } from '#kernel';
import { readJsonBody } from '../read-body.ts';
import { toEncryptedContent } from './reasoning-items.ts';
import { responsesToCall } from './responses-to-call.ts';

const read = (fields: object) =>
  responsesToCall(readJsonBody(Buffer.from(JSON.stringify({ model: 'm', input: 'hi', ...fields }))));

const partsOf = (...input: object[]): readonly Part[] => read({ input }).parts;

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
    const call = read({});
    expect(call).toMatchObject({ kind: 'chat', wire: 'openai-responses', model: 'm', stream: false });
    expect(call.parts).toEqual([{ type: 'text', turn: 0, role: 'user', text: 'hi' }]);
    expect(call.params).toEqual({});
    expect(call.extensions).toEqual({});
    expect(call.raw?.fields.has('input')).toBe(true);
  });

  test.for([
    ['max_output_tokens', 100, { maxOutputTokens: 100 }],
    ['temperature', 0.5, { temperature: 0.5 }],
    ['top_p', 0.9, { topP: 0.9 }],
    ['tool_choice', 'required', { toolChoice: 'required' }],
    ['tool_choice', { type: 'function', name: 'f' }, { toolChoice: { name: 'f' } }],
    ['text', { format: { type: 'text' } }, { responseFormat: { type: 'text' } }],
    ['text', { format: { type: 'json_object' }, verbosity: 'medium' }, { responseFormat: { type: 'json' } }],
    [
      'text',
      { format: { type: 'json_schema', name: 's', schema: { type: 'object' }, strict: true, description: 'd' } },
      {
        responseFormat: { type: 'json-schema', name: 's', schema: { type: 'object' }, strict: true, description: 'd' },
      },
    ],
    ['reasoning', { effort: 'low' }, { reasoning: { effort: 'low' } }],
    ['reasoning', { effort: null, summary: 'auto' }, { reasoning: { visible: true } }],
    ['reasoning', { effort: 'high', generate_summary: 'concise' }, { reasoning: { effort: 'high', visible: true } }],
    ['reasoning', { effort: null, summary: null }, {}],
    ['top_logprobs', 3, { logprobs: { top: 3 } }],
    ['top_logprobs', 0, {}],
    ['include', ['message.output_text.logprobs'], { logprobs: { top: 0 } }],
    ['include', ['reasoning.encrypted_content'], {}],
    ['user', 'u', { endUser: 'u' }],
    ['safety_identifier', 's', { endUser: 's' }],
    [
      'tools',
      [{ type: 'function', name: 'f', description: 'd', parameters: { type: 'object' }, strict: false }],
      { tools: [{ name: 'f', description: 'd', parameters: { type: 'object' }, strict: false }] },
    ],
    ['store', false, {}],
    ['truncation', 'disabled', {}],
    ['previous_response_id', null, {}],
    ['conversation', null, {}],
    ['background', false, {}],
    ['prompt', null, {}],
    ['stream_options', { include_obfuscation: false }, {}],
  ] as const)('%s: %j', ([field, value, params]) => {
    const call = read({ [field]: value });
    expect(call.params).toEqual(params);
    expect(call.extensions).toEqual({});
  });

  test('what the call does not model is named as the caller wrote it', () => {
    const webSearch = { type: 'web_search', filters: { allowed_domains: ['a.example'] } };
    const call = read({
      metadata: { farm: 'north' },
      service_tier: 'flex',
      prompt_cache_key: 'k',
      max_tool_calls: 3,
      truncation: 'auto',
      text: { verbosity: 'low', format: { type: 'grammar', syntax: 'lark' } },
      reasoning: { effort: 'low', context: 'all_turns' },
      stream_options: { include_obfuscation: true },
      include: ['reasoning.encrypted_content', 'web_search_call.results'],
      tools: [webSearch, { type: 'function', name: 'f', parameters: {}, defer_loading: true }],
      tool_choice: { type: 'web_search' },
    });
    expect(call.extensions).toEqual({
      metadata: { farm: 'north' },
      service_tier: 'flex',
      prompt_cache_key: 'k',
      max_tool_calls: 3,
      truncation: 'auto',
      verbosity: 'low',
      'text.format': { type: 'grammar', syntax: 'lark' },
      'reasoning.context': 'all_turns',
      'stream_options.include_obfuscation': true,
      include: ['web_search_call.results'],
      'tools.web_search': [webSearch],
      'tools.defer_loading': true,
      tool_choice: { type: 'web_search' },
    });
    expect(call.params.tools).toEqual([{ name: 'f', parameters: {} }]);
  });

  test.for([
    ['store', true],
    ['previous_response_id', 'resp_1'],
    ['conversation', 'conv_1'],
    ['conversation', { id: 'conv_1' }],
    ['background', true],
  ] as const)('what needs stored responses is refused: %s', ([field, value]) => {
    expect(refusal({ [field]: value })).toEqual({ code: 'unsupported_parameter', param: field });
  });

  test.for([
    ['model', { model: '' }],
    ['input', { input: null }],
    ['input', { input: 7 }],
    ['temperature', { temperature: 'warm' }],
    ['max_output_tokens', { max_output_tokens: 0 }],
    ['reasoning.effort', { reasoning: { effort: 'utter' } }],
    ['tools[0].name', { tools: [{ type: 'function' }] }],
    ['input[0].type', { input: [{}] }],
    ['input[0].role', { input: [{ type: 'message', content: 'x' }] }],
    ['input[0].content', { input: [{ role: 'user', content: null }] }],
    ['input[0].content[0].type', { input: [{ role: 'user', content: ['x'] }] }],
    ['input[0].content[0].text', { input: [{ role: 'user', content: [{ type: 'input_text', text: 1 }] }] }],
    [
      'input[1].call_id',
      {
        input: [
          { role: 'user', content: 'x' },
          { type: 'function_call_output', output: '' },
        ],
      },
    ],
    ['input[0].arguments', { input: [{ type: 'function_call', call_id: 'c', name: 'f', arguments: {} }] }],
  ] as const)('a fault at %s', ([param, fields]) => {
    expect(refusal(fields)).toEqual({ code: 'invalid_request', param });
  });

  test('a stored prompt needs no input', () => {
    const call = read({ input: undefined, prompt: { id: 'pmpt_1' } });
    expect(call.parts).toEqual([]);
    expect(call.extensions).toEqual({ prompt: { id: 'pmpt_1' } });
  });
});

describe('items', () => {
  test('instructions stand first, each message is a turn', () => {
    const { parts } = read({
      instructions: 'be brief',
      input: [
        { role: 'developer', content: 'd' },
        { role: 'user', content: [{ type: 'input_text', text: 'u' }] },
        { type: 'message', role: 'assistant', id: 'msg_1', content: [{ type: 'output_text', text: 'a' }] },
        { role: 'user', content: 'v' },
      ],
    });
    expect(parts).toEqual([
      { type: 'text', turn: 0, role: 'system', text: 'be brief' },
      { type: 'text', turn: 1, role: 'system', text: 'd' },
      { type: 'text', turn: 2, role: 'user', text: 'u' },
      { type: 'text', turn: 3, role: 'assistant', text: 'a' },
      { type: 'text', turn: 4, role: 'user', text: 'v' },
    ]);
  });

  test('contents of messages', () => {
    const content = [
      { type: 'input_image', image_url: 'https://a.example/i.png', detail: 'high' },
      { type: 'input_image', file_id: 'file_1' },
      { type: 'input_file', file_data: 'data:application/pdf;base64,AA==', filename: 'a.pdf' },
      { type: 'input_file', file_id: 'file_2' },
      { type: 'input_file', file_url: 'https://a.example/a.pdf' },
      { type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } },
      { type: 'input_text', text: 'long', prompt_cache_breakpoint: { mode: 'explicit' } },
      { type: 'hologram', depth: 3 },
    ];
    const place = { turn: 0, role: 'user' };
    expect(partsOf({ role: 'user', content })).toEqual([
      { ...place, type: 'image', url: 'https://a.example/i.png', detail: 'high' },
      { ...place, type: 'other', name: 'input_image.file_id', value: content[1] },
      { ...place, type: 'file', data: 'data:application/pdf;base64,AA==', filename: 'a.pdf' },
      { ...place, type: 'file', fileId: 'file_2' },
      { ...place, type: 'file', url: 'https://a.example/a.pdf' },
      { ...place, type: 'audio', data: 'AA==', format: 'wav' },
      { ...place, type: 'text', text: 'long', cache: '5m' },
      { ...place, type: 'other', name: 'hologram', value: content[7] },
    ]);
    expect(partsOf({ role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] })).toEqual([
      { type: 'refusal', turn: 0, role: 'assistant', text: 'no' },
    ]);
  });

  test('calls that belong together are one turn, their results another', () => {
    const call = (id: string) => ({ type: 'function_call', call_id: id, name: 'f', arguments: '{not json' });
    const output = (id: string) => ({ type: 'function_call_output', call_id: id, output: 'ok' });
    const parts = partsOf(
      { role: 'user', content: 'u' },
      { type: 'message', role: 'assistant', content: 'let me see' },
      call('a'),
      call('b'),
      output('a'),
      output('b'),
      call('c'),
    );
    expect(parts.map(({ turn, role, type }) => `${turn} ${role} ${type}`)).toEqual([
      '0 user text',
      '1 assistant text',
      '1 assistant tool-call',
      '1 assistant tool-call',
      '2 tool tool-result',
      '2 tool tool-result',
      '3 assistant tool-call',
    ]);
    expect(parts[2]).toMatchObject({ id: 'a', name: 'f', arguments: '{not json' });
    expect(parts[4]).toMatchObject({ id: 'a', content: [{ type: 'text', text: 'ok' }] });
  });

  test('results may hold images and files; with anything else they are foreign', () => {
    const image = { type: 'input_image', image_url: 'data:image/png;base64,AA==', detail: 'auto' };
    const [known, foreign] = partsOf(
      { type: 'function_call_output', call_id: 'a', output: [{ type: 'input_text', text: 't' }, image] },
      { type: 'function_call_output', call_id: 'b', output: [image, { type: 'hologram' }] },
    );
    expect(known).toMatchObject({
      type: 'tool-result',
      content: [
        { type: 'text', text: 't' },
        { type: 'image', url: 'data:image/png;base64,AA==', detail: 'auto' },
      ],
    });
    expect(foreign).toMatchObject({ type: 'other', name: 'function_call_output.hologram' });
  });

  test.for(['web_search_call', 'custom_tool_call', 'mcp_call', 'compaction'])(
    'an item of type %s is foreign',
    (type) => {
      expect(partsOf({ type, id: 'x' })).toMatchObject([{ type: 'other', name: type, value: { type, id: 'x' } }]);
    },
  );

  test('a call inside a namespace is foreign', () => {
    const item = { type: 'function_call', call_id: 'c', name: 'f', arguments: '', namespace: 'crm' };
    expect(partsOf(item)).toMatchObject([{ type: 'other', name: 'function_call.namespace' }]);
  });
});

describe('reasoning items', () => {
  const place = { turn: 0, role: 'assistant', type: 'reasoning' };

  test('encrypted content goes back to this wire with its id', () => {
    const [part] = partsOf({ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' });
    const value = JSON.stringify({ id: 'rs_1', encrypted_content: 'gAAA' });
    expect(part).toEqual({ ...place, text: '', hidden: true, signature: { wire: 'openai-responses', value } });
  });

  test('summaries are its text', () => {
    const summary = ['one', 'two'].map((text) => ({ type: 'summary_text', text }));
    expect(partsOf({ type: 'reasoning', id: 'rs_1', summary })).toEqual([{ ...place, text: 'one\n\ntwo' }]);
  });

  test('without text and content there is nothing to carry', () => {
    expect(partsOf({ type: 'reasoning', id: 'rs_1', summary: [] })).toEqual([]);
  });

  test('what another provider signed comes back as it was', () => {
    const signature = { wire: 'anthropic', value: 'ErUB+/é' };
    const content = toEncryptedContent(signature);
    const summary = [{ type: 'summary_text', text: 'hm' }];
    expect(partsOf({ type: 'reasoning', id: 'rs_1', summary, encrypted_content: content })).toEqual([
      { ...place, text: 'hm', signature },
    ]);
  });

  test('a signed call gets its signature back', () => {
    const signature = { wire: 'google', value: 'sig' };
    const parts = partsOf(
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: toEncryptedContent(signature, 'c') },
    );
    expect(parts).toEqual([
      { turn: 0, role: 'assistant', type: 'tool-call', id: 'c', name: 'f', arguments: '{}', signature },
    ]);
  });

  test.for(['reeve.', 'reeve.!!', `reeve.${Buffer.from('{"wire":1}').toString('base64url')}`])(
    'content that only looks sealed is the own provider’s: %s',
    (content) => {
      const [part] = partsOf({ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: content });
      expect(part).toMatchObject({ signature: { wire: 'openai-responses' } });
    },
  );
});
