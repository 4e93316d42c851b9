import { describe, expect, it } from 'vitest';
import type { AnswerPart, CallKind } from '@reeve/contracts';
import { readBody } from '../read-invocation.ts';
import { READER } from './bedrock-to-answer.ts';
import { converse, provider } from './bedrock.fixtures.ts';

function answerOf(body: string, kind: CallKind = 'chat') {
  const read = readBody(Buffer.from(body), kind, provider, READER);
  if (read.type !== 'answer') throw new Error(JSON.stringify(read));
  return read.answer;
}
const partsOf = (...content: unknown[]): readonly AnswerPart[] =>
  answerOf(converse(content, 'end_turn')).parts.slice(0, -1);

describe('content', () => {
  it('keeps thoughts, their signatures and their order', () => {
    expect(
      partsOf(
        { reasoningContent: { reasoningText: { text: 'hm', signature: 'sig' } } },
        { reasoningContent: { redactedContent: 'cmVk' } },
        { reasoningContent: { reasoningText: { text: 'bare' } } },
        { text: 'Yes.' },
      ),
    ).toEqual([
      { type: 'reasoning', index: 0, text: 'hm', signature: { wire: 'bedrock', value: 'sig' } },
      { type: 'reasoning', index: 0, text: '', hidden: true, signature: { wire: 'bedrock', value: 'cmVk' } },
      { type: 'reasoning', index: 0, text: 'bare' },
      { type: 'text', index: 0, text: 'Yes.' },
    ]);
  });

  it('keeps citations with their text', () => {
    const citations = [
      {
        title: 'A',
        sourceContent: [{ text: 'one ' }, { text: 'two' }],
        location: { documentChar: { documentIndex: 0, start: 1, end: 2 } },
      },
      { location: { web: { url: 'https://a.example' } } },
      7,
    ];
    const [part] = partsOf({ citationsContent: { content: [{ text: 'Cited.' }], citations } });
    expect(part).toEqual({
      type: 'text',
      index: 0,
      text: 'Cited.',
      citations: [
        { url: null, title: 'A', quote: 'one two', start: null, end: null },
        { url: 'https://a.example', title: null, quote: null, start: null, end: null },
      ],
    });
  });

  it('passes over what it does not know or cannot read', () => {
    expect(partsOf({ hologram: {} }, null, 'x', { text: 7 }, { toolUse: { name: 3, input: null } })).toEqual([
      { type: 'tool-call', index: 0, id: '', name: '', arguments: '{}' },
    ]);
  });

  it('may be empty', () => {
    expect(answerOf(converse([], 'end_turn')).parts).toEqual([{ type: 'end', index: 0, finishReason: 'stop' }]);
  });
});

it.each([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['tool_use', 'tool-calls'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['guardrail_intervened', 'content-filter'],
  ['content_filtered', 'content-filter'],
  ['refusal', 'refusal'],
  ['malformed_tool_use', 'other'],
  ['something_new', 'other'],
])('the model stops for %s: %s', (stopReason, finishReason) => {
  expect(answerOf(converse([{ text: 'a' }], stopReason)).parts.at(-1)).toEqual({ type: 'end', index: 0, finishReason });
});

it('says at which sequence it stopped', () => {
  const body = converse([{ text: 'a' }], 'stop_sequence', { additionalModelResponseFields: { stop_sequence: 'x' } });
  expect(answerOf(body).parts.at(-1)).toEqual({ type: 'end', index: 0, finishReason: 'stop', stopSequence: 'x' });
});

describe('usage', () => {
  const usageOf = (usage: unknown) => answerOf(converse([{ text: 'a' }], 'end_turn', { usage })).usage;

  it('counts what was read from the cache and written to it into the input', () => {
    const cacheDetails = [
      { ttl: '1h', inputTokens: 30 },
      { ttl: '5m', inputTokens: 10 },
    ];
    expect(
      usageOf({ inputTokens: 5, outputTokens: 2, cacheReadInputTokens: 100, cacheWriteInputTokens: 40, cacheDetails }),
    ).toEqual({
      inputTokens: 145,
      outputTokens: 2,
      cachedInputTokens: 100,
      cacheWriteTokens: 10,
      cacheWrite1hTokens: 30,
      estimated: false,
    });
  });

  it.each([null, 'many', {}, { inputTokens: '5' }, { inputTokens: -1, outputTokens: 2 }])(
    'is missing in %j',
    (usage) => {
      expect(usageOf(usage)).toBeNull();
    },
  );
});

it('a count is a count', () => {
  expect(answerOf('{"inputTokens":12}', 'count').parts).toEqual([
    { type: 'count', index: 0, inputTokens: 12, estimated: false },
  ]);
  expect(readBody(Buffer.from('{"inputTokens":"12"}'), 'count', provider, READER).type).toBe('failure');
});
