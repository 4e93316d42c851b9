import type { AnswerPart, FinishReason } from '@reeve/contracts';
import { describe, expect, test } from 'vitest';
import { unsealCallId, unsealSignature } from '../sealed-signature.ts';
import { HEAD, render, speak, THINKING, USAGE } from './voice.testing.ts';

const TEXT = { index: 0, type: 'text', text: 'Hello' } satisfies AnswerPart;
const END = { index: 0, type: 'end', finishReason: 'stop' } satisfies AnswerPart;
const CALL = { index: 0, type: 'tool-call', id: 'c1', name: 'f', arguments: '{"a":1}' } satisfies AnswerPart;
const endWith = (finishReason: FinishReason, stopSequence?: string): AnswerPart => ({
  ...END,
  finishReason,
  ...(stopSequence === undefined ? {} : { stopSequence }),
});

test('a message', () => {
  expect(render([TEXT, END])).toEqual({
    id: 'msg_rcp_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [{ type: 'text', text: 'Hello', citations: null }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: {
      input_tokens: 3,
      cache_creation_input_tokens: 3,
      cache_read_input_tokens: 4,
      cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 2 },
      output_tokens: 7,
      output_tokens_details: { thinking_tokens: 3 },
    },
  });
});

test('every kind of part, in the order in which the model gave it', () => {
  const citation = { url: 'https://a', title: 'A', quote: 'q', start: 0, end: 5 };
  const parts: AnswerPart[] = [
    { index: 0, type: 'reasoning', text: 'hm', signature: { wire: 'anthropic', value: 'sig' } },
    { index: 0, type: 'reasoning', text: '', hidden: true, signature: { wire: 'anthropic', value: 'redacted:xyz' } },
    { ...TEXT, citations: [citation, { ...citation, url: null }] },
    CALL,
    { ...CALL, id: '', arguments: 'oops' },
    { index: 1, type: 'text', text: 'another choice' },
    endWith('tool-calls'),
  ];
  expect(render(parts, THINKING).content).toEqual([
    { type: 'thinking', thinking: 'hm', signature: 'sig' },
    { type: 'redacted_thinking', data: 'xyz' },
    {
      type: 'text',
      text: 'Hello',
      citations: [
        { type: 'web_search_result_location', url: 'https://a', cited_text: 'q', title: 'A', encrypted_index: '' },
        {
          type: 'search_result_location',
          source: 'A',
          cited_text: 'q',
          title: 'A',
          search_result_index: 0,
          start_block_index: 0,
          end_block_index: 0,
        },
      ],
    },
    { type: 'tool_use', id: 'c1', name: 'f', input: { a: 1 } },
    { type: 'tool_use', id: 'toolu_rcp_1_4', name: 'f', input: { _arguments: 'oops' } },
  ]);
});

describe('thoughts', () => {
  const thought = { index: 0, type: 'reasoning', text: 'hm' } satisfies AnswerPart;

  test('are shown to who asked for them', () => {
    expect(render([thought, TEXT, END]).content).toHaveLength(1);
    expect(render([thought, TEXT, END], { thinking: { type: 'disabled' } }).content).toHaveLength(1);
    expect(render([thought, TEXT, END], THINKING).content).toHaveLength(2);
  });

  test('that nobody signed have an empty signature, those of other wires a sealed one', () => {
    expect(render([thought], THINKING).content[0]).toEqual({ type: 'thinking', thinking: 'hm', signature: '' });
    const signature = { wire: 'google', value: 'g' };
    const [block] = render([{ ...thought, signature }], THINKING).content;
    expect(block?.signature).not.toContain('"g"');
    expect(unsealSignature(block?.signature ?? '')).toEqual(signature);
  });

  test('carry the signature of a tool call where they were asked for', () => {
    const signature = { wire: 'google', value: 'g' };
    const [seal, call] = render([{ ...CALL, signature }, END], THINKING).content;
    expect(seal).toMatchObject({ type: 'thinking', thinking: '' });
    expect(unsealSignature(seal?.signature ?? '')).toEqual({ ...signature, call: 'c1' });
    expect(call).toMatchObject({ type: 'tool_use', id: 'c1' });
  });

  test('stand nowhere in the answer of a caller who did not ask: the call’s id carries its signature', () => {
    const signature = { wire: 'google', value: 'g' };
    const { content } = render([{ ...CALL, signature }, END]);
    expect(content.map(({ type }) => type)).toEqual(['tool_use']);
    expect(content[0]?.id).toMatch(/^[\w-]+$/);
    expect(unsealCallId(content[0]?.id ?? '')).toEqual({ id: 'c1', signature });
  });
});

describe('how it ended', () => {
  const refusal = { index: 0, type: 'refusal', text: 'no' } satisfies AnswerPart;
  test.for([
    ['stop', 'end_turn', [TEXT, endWith('stop')]],
    ['a stop sequence', 'stop_sequence', [TEXT, endWith('stop', 'END')]],
    ['the limit', 'max_tokens', [TEXT, endWith('length')]],
    ['the limit inside a call', 'max_tokens', [CALL, endWith('length')]],
    ['a tool call', 'tool_use', [CALL, endWith('tool-calls')]],
    ['a tool call, called stop', 'tool_use', [CALL, endWith('stop')]],
    ['no tool call, called one', 'end_turn', [TEXT, endWith('tool-calls')]],
    ['a filter', 'refusal', [TEXT, endWith('content-filter')]],
    ['a refusal', 'refusal', [refusal, endWith('refusal')]],
    ['a refusal, called stop', 'refusal', [refusal, endWith('stop')]],
    ['a pause', 'pause_turn', [TEXT, endWith('pause')]],
    ['anything else', 'end_turn', [TEXT, endWith('other')]],
    ['nothing said', 'end_turn', [TEXT]],
  ] as const)('%s', ([, reason, parts]) => {
    const message = render(parts);
    expect(message.stop_reason).toBe(reason);
    expect(message.stop_sequence).toBe(reason === 'stop_sequence' ? 'END' : null);
  });
});

test('an answer of this wire goes through as it came, one of another does not', () => {
  const bytes = Buffer.from('{"type":"message"}');
  const answer = { kind: 'chat', model: 'far', parts: [TEXT, END], usage: USAGE } as const;
  const raw = { wire: 'anthropic', bytes, contentType: 'application/json' };
  expect(speak().renderAnswer({ ...answer, raw }, USAGE, HEAD)).toBe(bytes);
  expect(speak().renderAnswer({ ...answer, raw: { ...raw, wire: 'openai' } }, USAGE, HEAD)).toContain('msg_rcp_1');
});

test('a count', () => {
  const parts = [{ index: 0, type: 'count', inputTokens: 42, estimated: true }] as const;
  const answer = { kind: 'count', model: null, parts, usage: USAGE } as const;
  expect(speak().renderAnswer(answer, USAGE, HEAD)).toBe('{"input_tokens":42}');
});
