import type { CallKind } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { parseJson, readRecord } from '../read-json.ts';
import { bodies, completion, thinkingContent } from './mistral.fixtures.ts';
import { bodyToAnswer } from './mistral-to-answer.ts';
import { readError } from './mistral-wire.ts';

const answerOf = (body: string, kind: CallKind = 'chat') => bodyToAnswer(readRecord(parseJson(body)) ?? {}, kind);
const citation = (title: string) => ({ url: null, title, quote: null, start: null, end: null });

describe('mistral-to-answer', () => {
  it('keeps thoughts apart and gives references to the text they stand in', () => {
    expect(answerOf(bodies.chunks).parts).toEqual([
      { type: 'reasoning', index: 0, text: 'Sticks vary.' },
      {
        type: 'text',
        index: 0,
        text: 'As long as its shadow, at noon.',
        citations: [citation('2'), citation('a')],
      },
      { type: 'end', index: 0, finishReason: 'stop' },
    ]);
  });

  it('reads arguments that came as an object, and takes the id "null" for none', () => {
    const call = { id: 'null', function: { name: 'look', arguments: { city: 'Zürich' } } };
    expect(answerOf(completion({ content: null, tool_calls: [call, 'x', {}] }, 'tool_calls')).parts).toEqual([
      { type: 'tool-call', index: 0, id: '', name: 'look', arguments: '{"city":"Zürich"}' },
      { type: 'end', index: 0, finishReason: 'tool-calls' },
    ]);
  });

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['model_length', 'length'],
    ['tool_calls', 'tool-calls'],
    ['something new', 'other'],
    [7, 'other'],
  ])('reads the finish reason %j as %s', (reason, finishReason) => {
    const body = completion({ content: 'x' }, reason as string);
    expect(answerOf(body).parts.at(-1)).toEqual({ type: 'end', index: 0, finishReason });
  });

  it.each([
    ['missing', {}],
    ['null', { usage: null }],
    ['text', { usage: { prompt_tokens: '19', completion_tokens: '10' } }],
    ['negative', { usage: { prompt_tokens: -1, completion_tokens: 4 } }],
  ])('takes usage that is %s as none', (_name, extra) => {
    expect(answerOf(completion({ content: 'x' }, 'stop', extra)).usage).toBeNull();
  });

  it('never reports more cached tokens than input tokens', () => {
    const usage = { prompt_tokens: 19, completion_tokens: 10, prompt_tokens_details: { cached_tokens: 800 } };
    expect(answerOf(completion({ content: 'x' }, 'stop', { usage })).usage?.cachedInputTokens).toBe(19);
  });

  it('reads embeddings', () => {
    expect(answerOf(bodies.embeddings, 'embedding')).toEqual({
      model: 'mistral-embed',
      parts: [
        { type: 'embedding', index: 0, vector: [0.25, -0.5, 1] },
        { type: 'embedding', index: 1, vector: [0, 0.125, -1] },
      ],
      usage: { inputTokens: 15, outputTokens: 0, cachedInputTokens: 0, estimated: false },
    });
  });

  it('reads verdicts, flagged where any category is', () => {
    const { parts } = answerOf(bodies.moderation, 'moderation');
    const sexual = { flagged: false, score: 0.01 };
    expect(parts).toEqual([
      { type: 'moderation', index: 0, flagged: true, categories: { sexual, pii: { flagged: true, score: 0.98 } } },
      { type: 'moderation', index: 1, flagged: false, categories: { sexual, pii: { flagged: false, score: 0 } } },
    ]);
  });

  it.each(['{}', '{"choices":[]}', '{"choices":"none"}', '{"choices":[null,{"message":"text"}]}'])(
    'finds no parts in %s',
    (body) => {
      expect(answerOf(body).parts).toEqual([]);
      expect(answerOf(body, 'embedding').parts).toEqual([]);
      expect(answerOf(body, 'moderation').parts).toEqual([]);
    },
  );
});

describe('readError', () => {
  it.each([
    ['{"object":"error","message":"bad","code":"3051","raw_status_code":400}', { message: 'bad', status: 400 }],
    ['{"object":"error","message":"bad","code":"3051"}', { message: 'bad', status: null }],
    ['{"object":"error","type":"odd"}', { message: 'odd', status: null }],
    ['{"detail":"no"}', { message: 'no', status: null }],
    ['{"error":"no more"}', { message: 'no more', status: null }],
    ['{"detail":[{"msg":"a","loc":["body",0]},{"msg":"b"},7]}', { message: 'body.0: a; b', status: null }],
    [completion({ content: 'half' }, 'error'), { message: 'The provider gave up its answer.', status: null }],
  ])('reads %s', (body, expected) => {
    expect(readError(parseJson(body))).toEqual(expected);
  });

  it('finds none in an answer', () => {
    expect(readError(parseJson(completion({ content: thinkingContent })))).toBeNull();
    expect(readError('text')).toBeNull();
  });
});
