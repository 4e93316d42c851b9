import type { CallKind } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { parseJson, readRecord } from '../read-json.ts';
import { bodies, chat, plan, textBlock, toolCall } from './cohere.fixtures.ts';
import { bodyToAnswer } from './cohere-to-answer.ts';
import { readError } from './cohere-wire.ts';

const answerOf = (body: string, kind: CallKind = 'chat') => bodyToAnswer(readRecord(parseJson(body)) ?? {}, kind);

describe('cohere-to-answer', () => {
  it('keeps thoughts apart and gives the text its citations and log probabilities', () => {
    const places = { start: 3, end: 9, quote: null };
    expect(answerOf(bodies.cited).parts).toEqual([
      { type: 'reasoning', index: 0, text: 'Sticks vary.' },
      {
        type: 'text',
        index: 0,
        text: '🌾 Sticks vary.',
        logprobs: [{ token: '🌾 Sticks', logprob: -0.75, bytes: null, top: [] }],
        citations: [
          { url: 'https://e.org/s', title: 'Sticks', ...places },
          { url: null, title: 'look_1:0', ...places },
          { url: null, title: null, quote: null, start: null, end: null },
        ],
      },
      { type: 'end', index: 0, finishReason: 'length' },
    ]);
  });

  it('reads the plan for tools as a thought that knows its place', () => {
    expect(answerOf(bodies.tools).parts).toEqual([
      { type: 'reasoning', index: 0, text: plan, signature: { wire: 'cohere', value: 'tool_plan' } },
      { type: 'tool-call', index: 0, ...toolCall },
      { type: 'end', index: 0, finishReason: 'tool-calls' },
    ]);
  });

  it('reads arguments that came as an object and passes over what is no call', () => {
    const call = { function: { name: 'look', arguments: { city: 'Zürich' } } };
    expect(answerOf(chat({ tool_calls: [call, 'x', {}] })).parts[0]).toEqual({
      type: 'tool-call',
      index: 0,
      id: '',
      name: 'look',
      arguments: '{"city":"Zürich"}',
    });
  });

  it.each([
    ['COMPLETE', 'stop'],
    ['STOP_SEQUENCE', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['TOOL_CALL', 'tool-calls'],
    ['ERROR_TOXIC', 'content-filter'],
    ['SOMETHING_NEW', 'other'],
  ])('reads the finish reason %s as %s', (reason, finishReason) => {
    expect(answerOf(chat({ content: [textBlock('x')] }, reason)).parts.at(-1)).toMatchObject({ finishReason });
  });

  it.each([
    [{ tokens: { input_tokens: 87, output_tokens: 12 } }, { inputTokens: 87, outputTokens: 12 }],
    [{ billed_units: { input_tokens: 5, output_tokens: 2 }, tokens: { input_tokens: 87 } }, { inputTokens: 5 }],
    [
      { billed_units: { input_tokens: 5 }, cached_tokens: 9 },
      { outputTokens: 0, cachedInputTokens: 5 },
    ],
    [{ billed_units: { input_tokens: '5' } }, null],
    [{ billed_units: { input_tokens: -5 } }, null],
    [{}, null],
    ['none', null],
  ])('settles usage %j on %j', (usage, expected) => {
    const read = answerOf(chat({ content: [textBlock('x')] }, 'COMPLETE', { usage })).usage;
    if (expected === null) expect(read).toBeNull();
    else expect(read).toMatchObject(expected);
  });

  it('reads embeddings', () => {
    expect(answerOf(bodies.embeddings, 'embedding')).toEqual({
      model: null,
      parts: [
        { type: 'embedding', index: 0, vector: [0.25, -0.5, 1] },
        { type: 'embedding', index: 1, vector: [0, 0.125, -1] },
      ],
      usage: { inputTokens: 2, outputTokens: 0, cachedInputTokens: 0, estimated: false },
    });
  });

  it('reads scores in their order, and the searches that were billed', () => {
    expect(answerOf(bodies.rerank, 'rerank')).toEqual({
      model: null,
      parts: [
        { type: 'score', index: 3, score: 0.999 },
        { type: 'score', index: 0, score: 0.327 },
      ],
      usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, searches: 1, estimated: false },
    });
  });

  it.each(['{}', '{"message":[]}', '{"embeddings":"none","results":"none"}', '{"results":[{"index":"0"}]}'])(
    'finds no parts in %s',
    (body) => {
      for (const kind of ['chat', 'embedding', 'rerank'] as const) expect(answerOf(body, kind).parts).toEqual([]);
    },
  );
});

describe('readError', () => {
  it.each([
    ['{"message":"bad"}', { message: 'bad', status: null }],
    ['{"error":"bad"}', { message: 'bad', status: null }],
    [chat({ content: [] }, 'ERROR'), { message: 'The provider gave up its answer.', status: null }],
    [chat({ content: [] }, 'TIMEOUT'), { message: 'The provider ran out of time.', status: 504 }],
    ['{"type":"message-end","delta":{"error":"bad"}}', { message: 'bad', status: null }],
  ])('reads %s', (body, expected) => {
    expect(readError(parseJson(body))).toEqual(expected);
  });

  it('finds none in an answer', () => {
    for (const body of Object.values(bodies)) expect(readError(parseJson(body))).toBeNull();
  });
});
