import type { AnswerPart } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { parseJson, readRecord } from '../read-json.ts';
import { message, usage, wireUsage } from './anthropic.fixtures.ts';
import { readAnswer } from './anthropic-to-answer.ts';
import { readError, readUsage } from './anthropic-wire.ts';

const read = (body: string) => readAnswer(readRecord(parseJson(body)) ?? {}, 'chat');
const partsOf = (...blocks: unknown[]): readonly AnswerPart[] => read(message(blocks, 'end_turn')).parts.slice(0, -1);

describe('anthropic-to-answer', () => {
  it('reads every block that the answer models, in its order, and skips the provider’s own tools', () => {
    const parts = partsOf(
      { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
      { type: 'thinking', thinking: '', signature: 'b21pdA==' },
      { type: 'redacted_thinking', data: 'aGlkZGVu' },
      { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
      { type: 'web_search_tool_result', tool_use_id: 's', content: [] },
      { type: 'text', text: 'One.' },
      { type: 'tool_use', id: 'a', name: 'look', input: { x: 'é' } },
      { type: 'tool_use', id: 'b', name: 'wait' },
    );
    expect(parts).toEqual([
      { type: 'reasoning', index: 0, text: 'Hm.', signature: { wire: 'anthropic', value: 'c2ln' } },
      { type: 'reasoning', index: 0, text: '', signature: { wire: 'anthropic', value: 'b21pdA==' } },
      {
        type: 'reasoning',
        index: 0,
        text: '',
        hidden: true,
        signature: { wire: 'anthropic', value: 'redacted:aGlkZGVu' },
      },
      { type: 'text', index: 0, text: 'One.' },
      { type: 'tool-call', index: 0, id: 'a', name: 'look', arguments: '{"x":"é"}' },
      { type: 'tool-call', index: 0, id: 'b', name: 'wait', arguments: '{}' },
    ]);
  });

  it('reads citations of documents, of searches and of the web', () => {
    const citations = [
      {
        type: 'char_location',
        cited_text: 'q1',
        document_index: 0,
        document_title: 'D',
        start_char_index: 3,
        end_char_index: 5,
      },
      { type: 'web_search_result_location', cited_text: 'q2', url: 'https://a.b', title: 'W', encrypted_index: 'x' },
      { type: 'search_result_location', cited_text: 'q3', source: 'kb/1', title: null },
      'none',
    ];
    const none = { start: null, end: null };
    expect(partsOf({ type: 'text', text: 'Cited.', citations })).toEqual([
      {
        type: 'text',
        index: 0,
        text: 'Cited.',
        citations: [
          { url: null, title: 'D', quote: 'q1', ...none },
          { url: 'https://a.b', title: 'W', quote: 'q2', ...none },
          { url: 'kb/1', title: null, quote: 'q3', ...none },
        ],
      },
    ]);
  });

  it.each([
    ['end_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool-calls'],
    ['pause_turn', 'pause'],
    ['refusal', 'refusal'],
    ['something_new', 'other'],
    [null, 'other'],
  ])('ends with %s as %s, also without content', (reason, finishReason) => {
    expect(read(message([], reason)).parts).toEqual([{ type: 'end', index: 0, finishReason }]);
  });

  it('names the stop sequence', () => {
    const body = message([], 'stop_sequence', { stop_sequence: '\n\n' });
    expect(read(body).parts).toEqual([{ type: 'end', index: 0, finishReason: 'stop', stopSequence: '\n\n' }]);
  });

  it.each([
    [{}, usage],
    [{ cache_creation: undefined }, { cacheWriteTokens: 5, cacheWrite1hTokens: undefined }],
    [{ cache_creation: { ephemeral_1h_input_tokens: 5 } }, { cacheWriteTokens: undefined, cacheWrite1hTokens: 5 }],
    [{ cache_creation_input_tokens: null }, { inputTokens: 32, cacheWriteTokens: 3, cacheWrite1hTokens: 2 }],
    [{ output_tokens_details: { thinking_tokens: 9 } }, { outputTokens: 17, reasoningTokens: 9 }],
    [{ output_tokens_details: { thinking_tokens: 99 } }, { reasoningTokens: 17 }],
    [{ cache_read_input_tokens: '8' }, { inputTokens: 24, cachedInputTokens: 0 }],
  ])('counts usage with %j', (change, expected) => {
    const found = { ...readUsage({ ...wireUsage, ...change }) };
    expect({ ...found, ...expected }).toEqual(found);
  });

  it.each([[null], ['none'], [{}], [{ ...wireUsage, input_tokens: '19' }], [{ ...wireUsage, output_tokens: -1 }]])(
    'does not believe the usage %j',
    (value) => {
      expect(readUsage(value)).toBeNull();
    },
  );

  it.each([
    ['invalid_request_error', 400],
    ['authentication_error', 401],
    ['billing_error', 402],
    ['permission_error', 403],
    ['not_found_error', 404],
    ['request_too_large', 413],
    ['rate_limit_error', 429],
    ['api_error', 500],
    ['timeout_error', 504],
    ['overloaded_error', 529],
    ['something_new', null],
  ])('reads %s as status %s', (type, status) => {
    expect(readError({ type: 'error', error: { type, message: 'said' } })).toEqual({ message: 'said', status });
  });

  it.each([
    [{ error: 'plain' }, { message: 'plain', status: null }],
    [
      { type: 'error', message: 'bare' },
      { message: 'bare', status: null },
    ],
    [{ type: 'message', error: null }, null],
    [{ type: 'ping' }, null],
  ])('reads the error in %j', (body, expected) => {
    expect(readError(body)).toEqual(expected);
  });
});
