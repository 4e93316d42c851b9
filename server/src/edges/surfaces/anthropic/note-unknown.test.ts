import { describe, expect, it } from 'vitest';
import { readJsonBody } from '../read-body.ts';
import { messageToCall } from './anthropic-to-call.ts';

const LEAST = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] };

function extensionsOf(fields: object): Readonly<Record<string, unknown>> {
  return messageToCall(readJsonBody(Buffer.from(JSON.stringify({ ...LEAST, ...fields }))), {}).extensions;
}

const said = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
const base64 = { type: 'base64', media_type: 'image/png', data: 'AA' };
const FORMAT = { type: 'json_schema', schema: {} };

describe('fields inside that nobody knows', () => {
  it.each([
    [{ messages: [{ role: 'user', content: 'a', foo: 1 }] }, 'messages[].foo'],
    [{ system: [{ type: 'text', text: 'a', foo: 1 }] }, 'system[].foo'],
    [said({ type: 'text', text: 'a', foo: 1 }), 'content[].foo'],
    [said({ type: 'image', source: base64, foo: 1 }), 'content[].foo'],
    [said({ type: 'image', source: { ...base64, foo: 1 } }), 'content[].source.foo'],
    [said({ type: 'document', source: base64, citations: { foo: 1 } }), 'content[].citations.foo'],
    [said({ type: 'tool_use', id: 't', name: 'f', input: { foo: 1 }, foo: 1 }), 'content[].foo'],
    [said({ type: 'tool_result', tool_use_id: 't', content: 'r', foo: 1 }), 'content[].foo'],
    [said({ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'r', foo: 1 }] }), 'content[].foo'],
    [said({ type: 'thinking', thinking: 'hm', signature: 's', foo: 1 }), 'content[].foo'],
    [said({ type: 'text', text: 'a', cache_control: { type: 'ephemeral', foo: 1 } }), 'content[].cache_control.foo'],
    [{ cache_control: { type: 'ephemeral', foo: 1 } }, 'cache_control.foo'],
    [{ output_config: { format: { ...FORMAT, foo: 1 } } }, 'output_config.format.foo'],
  ])('are kept under the caller’s names: %j', (fields, name) => {
    expect(extensionsOf(fields)).toEqual({ [name]: [1] });
  });

  it('are nothing where they are empty, or echo an answer', () => {
    const text = { type: 'text', text: 'a', citations: [{ type: 'char_location' }], foo: null, bar: [] };
    expect(extensionsOf(said(text, { type: 'tool_use', id: 't', name: 'f', input: {}, caller: null }))).toEqual({});
  });
});
