import { describe, expect, it } from 'vitest';
import { readJsonBody } from '../read-body.ts';
import { responsesToCall } from './responses-to-call.ts';

const read = (fields: object) => {
  return responsesToCall(readJsonBody(Buffer.from(JSON.stringify({ model: 'm', input: 'hi', ...fields }))));
};
const said = (content: object) => ({ input: [{ role: 'user', content: [content] }] });
const called = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' };
const output = [{ type: 'input_text', text: 'r', foo: 1 }];
const schema = { type: 'json_schema', name: 'n', schema: {} };

describe('fields inside that nobody knows', () => {
  it.each([
    [{ input: [{ role: 'user', content: 'a', foo: 1 }] }, 'input[].foo'],
    [{ input: [{ ...called, foo: 1 }] }, 'input[].foo'],
    [{ input: [called, { type: 'function_call_output', call_id: 'c', output: 'r', foo: 1 }] }, 'input[].foo'],
    [{ input: [called, { type: 'function_call_output', call_id: 'c', output }] }, 'content[].foo'],
    [{ input: [{ type: 'reasoning', summary: [], encrypted_content: 'e', foo: 1 }] }, 'input[].foo'],
    [said({ type: 'input_text', text: 'a', foo: 1 }), 'content[].foo'],
    [said({ type: 'input_image', image_url: 'https://a.example', foo: 1 }), 'content[].foo'],
    [said({ type: 'input_audio', input_audio: { data: 'AA', format: 'wav', foo: 1 } }), 'content[].input_audio.foo'],
    [{ text: { format: { ...schema, foo: 1 } } }, 'text.format.foo'],
    [{ tool_choice: { type: 'function', name: 'f', foo: 1 } }, 'tool_choice.foo'],
  ])('are kept under the caller’s names: %j', (fields, name) => {
    expect(read(fields).extensions).toEqual({ [name]: [1] });
  });

  it('are nothing where they are empty, or echo an answer', () => {
    const text = { type: 'output_text', text: 'a', annotations: [{}], logprobs: [{}], parsed: { n: 1 } };
    const item = { type: 'message', id: 'm', role: 'assistant', status: 'completed', phase: 'final', content: [text] };
    const call = { ...called, id: 'fc', status: 'completed', parsed_arguments: { n: 1 }, namespace: null };
    expect(read({ input: [item, call] }).extensions).toEqual({});
  });
});

it.each(['constructor', 'narrator'])('a role that nobody knows stays with its message: %s', (role) => {
  const item = { role, content: 'a' };
  expect(read({ input: [item] }).parts).toEqual([
    { turn: 0, role: 'user', type: 'other', name: `input[].role:${role}`, value: item },
  ]);
});

it.each([
  [[]],
  [''],
  [[{ role: 'user', content: '' }]],
  [[{ role: 'user', content: [{ type: 'input_text', text: '' }] }]],
  [[{ role: 'user', content: [] }]],
])('an empty input is refused: %j', (input) => {
  expect(() => read({ input })).toThrow(expect.objectContaining({ code: 'invalid_request', param: 'input' }));
  expect(() => read({ input, prompt: { id: 'p' } })).not.toThrow();
});
