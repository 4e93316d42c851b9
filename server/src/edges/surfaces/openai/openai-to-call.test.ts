import { describe, expect, it } from 'vitest';
import { readJsonBody } from '../read-body.ts';
import { chatToCall, embeddingToCall } from './openai-to-call.ts';

const bodyOf = (fields: object) => readJsonBody(Buffer.from(JSON.stringify({ model: 'm', ...fields })));
const chat = (fields: object) => chatToCall(bodyOf({ messages: [{ role: 'user', content: 'hi' }], ...fields }));
const partsOf = (...messages: object[]) => chat({ messages }).parts;

describe('messages', () => {
  it('become parts, in their order', () => {
    const call = { id: 'c1', type: 'function', function: { name: 'look', arguments: 'not JSON' } };
    const parts = partsOf(
      { role: 'developer', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look:' },
          { type: 'image_url', image_url: { url: 'https://a.example/x.png', detail: 'low' } },
          { type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } },
          { type: 'file', file: { file_id: 'f1' } },
        ],
      },
      { role: 'assistant', content: 'Hm.', reasoning_content: 'thinking', refusal: 'No.', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: '42' }] },
    );
    expect(parts).toEqual([
      { turn: 0, role: 'system', type: 'text', text: 'Be brief.' },
      { turn: 1, role: 'user', type: 'text', text: 'Look:' },
      { turn: 1, role: 'user', type: 'image', url: 'https://a.example/x.png', detail: 'low' },
      { turn: 1, role: 'user', type: 'audio', data: 'AA', format: 'wav' },
      { turn: 1, role: 'user', type: 'file', fileId: 'f1' },
      { turn: 2, role: 'assistant', type: 'reasoning', text: 'thinking' },
      { turn: 2, role: 'assistant', type: 'text', text: 'Hm.' },
      { turn: 2, role: 'assistant', type: 'refusal', text: 'No.' },
      { turn: 2, role: 'assistant', type: 'tool-call', id: 'c1', name: 'look', arguments: 'not JSON' },
      { turn: 3, role: 'tool', type: 'tool-result', id: 'c1', content: [{ type: 'text', text: '42' }] },
    ]);
  });

  it.each([
    [{ role: 'user', content: 'a', name: 7 }, 'messages[].name'],
    [{ role: 'assistant', audio: { id: 'audio_1' } }, 'messages[].audio'],
    [{ role: 'assistant', function_call: { name: 'f', arguments: '' } }, 'messages[].function_call'],
    [{ role: 'user', content: [{ type: 'hologram', hologram: {} }] }, 'hologram'],
    [{ role: 'user', content: [{ type: 'image_url', image_url: 7 }] }, 'image_url'],
    [{ role: 'assistant', tool_calls: [{ id: 'c', type: 'custom', custom: {} }] }, 'custom'],
    [{ role: 'tool', tool_call_id: 'c', content: [{ type: 'hologram' }] }, 'hologram'],
    [{ role: 'constructor', content: 'a' }, 'messages[].role:constructor'],
    [{ role: 'narrator', content: [{ type: 'text', text: 'a' }] }, 'messages[].role:narrator'],
    [{ role: 'tool', content: 'of no call' }, 'messages[].role:tool'],
    [{ role: 'function', name: 'f', content: 'a' }, 'messages[].role:function'],
  ])('keep what the call does not model: %j', (message, name) => {
    expect(partsOf(message)).toContainEqual(expect.objectContaining({ type: 'other', name }));
  });

  it.each([
    ['user', 'Ann', ['Ann said:\n', 'a']],
    ['system', 'example_user', ['example_user said:\n', 'a']],
    ['user', 'user', ['a']],
    ['user', '', ['a']],
    ['assistant', 'helper', ['a']],
  ])('say in words who speaks as %s by the name "%s"', (role, name, texts) => {
    const parts = partsOf({ role, name, content: 'a' });
    expect(parts.map((part) => part.type === 'text' && part.text)).toEqual(texts);
  });

  it('name an image flatly, too', () => {
    const flat = { type: 'image_url', image_url: 'https://a.example/x.png' };
    const image = { turn: 0, role: 'user', type: 'image', url: flat.image_url };
    expect(partsOf({ role: 'user', content: [flat] })).toEqual([image]);
  });

  it('take null for nothing', () => {
    const nothing = { name: null, audio: null, function_call: null, refusal: null, tool_calls: null };
    expect(partsOf({ role: 'assistant', content: null, ...nothing })).toEqual([]);
  });

  it('keep images in the result of a tool', () => {
    const image = { type: 'image_url', image_url: { url: 'https://a.example/x.png' } };
    expect(partsOf({ role: 'tool', tool_call_id: 'c', content: [image] })).toEqual([
      { turn: 0, role: 'tool', type: 'tool-result', id: 'c', content: [{ type: 'image', url: image.image_url.url }] },
    ]);
  });
});

describe('fields inside that nobody knows', () => {
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
  const said = (part: object) => ({ messages: [{ role: 'user', content: [part] }] });

  it.each([
    [{ messages: [{ role: 'user', content: 'a', foo: 1 }] }, 'messages[].foo'],
    [{ messages: [{ role: 'user', content: 'a', tool_call_id: 'c' }] }, 'messages[].tool_call_id'],
    [{ messages: [{ role: 'tool', content: 'a', tool_call_id: 'c', foo: 1 }] }, 'messages[].foo'],
    [{ messages: [{ role: 'user', content: 'a', cache_control: { type: 'forever' } }] }, 'messages[].cache_control'],
    [said({ type: 'text', text: 'a', foo: 1 }), 'content[].foo'],
    [said({ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '9h' } }), 'content[].cache_control'],
    [said({ type: 'image_url', image_url: { url: 'https://a.example', foo: 1 } }), 'content[].image_url.foo'],
    [{ messages: [{ role: 'assistant', tool_calls: [{ ...call, foo: 1 }] }] }, 'tool_calls[].foo'],
    [
      { messages: [{ role: 'assistant', tool_calls: [{ ...call, function: { ...call.function, foo: 1 } }] }] },
      'tool_calls[].function.foo',
    ],
    [{ tools: [{ type: 'function', function: { name: 'f' }, foo: 1 }] }, 'tools[].foo'],
    [{ tools: [{ type: 'function', function: { name: 'f', foo: 1 } }] }, 'tools[].function.foo'],
    [{ tool_choice: { type: 'function', function: { name: 'f' }, foo: 1 } }, 'tool_choice.foo'],
    [{ tool_choice: { type: 'function', function: { name: 'f', foo: 1 } } }, 'tool_choice.function.foo'],
    [{ stream_options: { include_usage: true, foo: 1 } }, 'stream_options.foo'],
    [{ response_format: { type: 'json_object', foo: 1 } }, 'response_format.foo'],
    [
      { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: {}, foo: 1 } } },
      'response_format.json_schema.foo',
    ],
  ])('are kept under the caller’s names: %j', (fields, name) => {
    expect(Object.keys(chat(fields).extensions)).toEqual([name]);
  });

  it('keep the values of all places', () => {
    const messages = [1, 2].map((foo) => ({ role: 'user', content: 'a', foo }));
    expect(chat({ messages }).extensions).toEqual({ 'messages[].foo': [1, 2] });
  });

  it('are nothing where they are empty, or echo an answer', () => {
    const empty = { foo: null, bar: false, baz: '', qux: [], function_call: null };
    const echoed = { id: 'm', annotations: [{}], reasoning: 'hm', reasoning_details: [{}], phase: 'final' };
    const calls = [{ ...call, index: 0, extra_content: { google: {} } }];
    const messages = [
      { role: 'assistant', content: 'a', ...empty, ...echoed, tool_calls: calls },
      { role: 'tool', tool_call_id: 'c', name: 'f', content: 'a' },
    ];
    expect(chat({ messages }).extensions).toEqual({});
    expect(partsOf(...messages)).toHaveLength(3);
  });

  it('hold a signature of Gemini’s, and whatever else callers put there', () => {
    const signatureOf = (extra: unknown): unknown => {
      const [part] = partsOf({ role: 'assistant', tool_calls: [{ ...call, extra_content: extra }] });
      return part?.type === 'tool-call' ? part.signature : 'no tool call';
    };
    expect(signatureOf({ google: { thought_signature: 'abc' } })).toEqual({ wire: 'google', value: 'abc' });
    for (const extra of [
      null,
      'a',
      7,
      [],
      {},
      { google: null },
      { google: 'a' },
      { google: { thought_signature: 7 } },
    ]) {
      expect(signatureOf(extra)).toBeUndefined();
    }
  });

  it('may have the name of every object’s prototype', () => {
    const body = readJsonBody(
      Buffer.from('{"model":"m","messages":[{"role":"user","content":"a","__proto__":{"b":1}}],"__proto__":{"c":1}}'),
    );
    expect(Object.keys(chatToCall(body).extensions)).toEqual(['__proto__', 'messages[].__proto__']);
  });
});

describe('marks for the provider’s cache', () => {
  const mark = { cache_control: { type: 'ephemeral' } };
  const hour = { cache_control: { type: 'ephemeral', ttl: '1h' } };
  const text = { type: 'text', text: 'a' };

  it.each([
    [{ role: 'user', content: [{ ...text, ...mark }, text] }, ['5m', undefined]],
    [{ role: 'user', content: [text, { ...text, prompt_cache_breakpoint: { mode: 'explicit' } }] }, [undefined, '5m']],
    [{ role: 'user', content: [text, text], ...hour }, [undefined, '1h']],
    [{ role: 'system', content: 'a', ...hour }, ['1h']],
    [{ role: 'tool', tool_call_id: 'c', content: [{ ...text, ...hour }, text] }, ['1h']],
  ])('stand at their parts: %j', (message, marks) => {
    const { parts, extensions } = chat({ messages: [message] });
    expect(parts.map(({ cache }) => cache)).toEqual(marks);
    expect(extensions).toEqual({});
  });

  it('stand at their tools', () => {
    const tools = [
      { type: 'function', function: { name: 'f' }, ...mark },
      { type: 'function', function: { name: 'g', ...hour } },
    ];
    expect(chat({ tools }).params.tools).toEqual([
      { name: 'f', cache: '5m' },
      { name: 'g', cache: '1h' },
    ]);
    expect(chat({ tools }).extensions).toEqual({});
  });
});

describe('settings', () => {
  it('that ask for what the model does by itself say nothing', () => {
    expect(chat({ reasoning_effort: 'default', tools: [], tool_choice: 'auto', stop: [] }).params).toEqual({
      streamUsage: false,
    });
  });

  it('that the call has no words for stay the caller’s own', () => {
    const custom = { type: 'custom', custom: { name: 'grep' } };
    const tool_choice = { type: 'allowed_tools', allowed_tools: {} };
    const response_format = { type: 'grammar' };
    const call = chat({ tools: [custom, { type: 'function', function: { name: 'f' } }], tool_choice, response_format });
    expect(call.extensions).toEqual({ tools: [custom], tool_choice, response_format });
    expect(call.params.tools).toEqual([{ name: 'f' }]);
  });

  it('that are modelled are not said twice', () => {
    const tool_choice = { type: 'function', function: { name: 'f' } };
    const call = chat({ tool_choice, response_format: { type: 'text' }, tools: [], prediction: {} });
    expect(call.extensions).toEqual({ prediction: {} });
    expect(call.params.toolChoice).toEqual({ name: 'f' });
  });
});

it('reads an embedding request', () => {
  const call = embeddingToCall(bodyOf({ input: ['a', 'b'], dimensions: 8, user: 'u', encoding_format: 'base64' }));
  expect(call).toMatchObject({ kind: 'embedding', params: { dimensions: 8, endUser: 'u' }, extensions: {} });
  expect(call.parts).toHaveLength(2);
});
