import type { CallKind } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { chooseReader } from './choose-reader.ts';
import { readBody } from '../read-invocation.ts';
import { provider, rawCall } from './openai.fixtures.ts';

const read = (body: object, kind: CallKind) => {
  const reader = chooseReader({ ...rawCall({ model: 'm' }), kind }, provider);
  return readBody(Buffer.from(JSON.stringify(body)), kind, provider, reader);
};
const answerOf = (body: object, kind: CallKind) => {
  const invocation = read(body, kind);
  if (invocation.type !== 'answer') throw new Error(JSON.stringify(invocation));
  return invocation.answer;
};

describe('reranking', () => {
  it('gives scores best first, whatever the order and the name of the field', () => {
    const results = [
      { index: 0, relevance_score: 0.1 },
      { index: 2, relevance_score: 0.9, document: { text: 'c' } },
      { index: 1, score: 0.5 },
      { index: 3, relevance_score: 'high' },
    ];
    const answer = answerOf({ model: 'm', results, usage: { total_tokens: 12 } }, 'rerank');
    expect(answer.parts).toEqual([
      { type: 'score', index: 2, score: 0.9 },
      { type: 'score', index: 1, score: 0.5 },
      { type: 'score', index: 0, score: 0.1 },
    ]);
    expect(answer.usage).toEqual({ inputTokens: 12, outputTokens: 0, cachedInputTokens: 0, estimated: false });
    expect(answer.raw?.wire).toBe('rerank');
  });

  it('reads what Cohere bills', () => {
    const results = [{ index: 0, relevance_score: 0.1 }];
    const answer = answerOf({ results, meta: { billed_units: { search_units: 2 } } }, 'rerank');
    expect(answer.usage).toEqual({
      inputTokens: 0,
      outputTokens: 0,
      cachedInputTokens: 0,
      estimated: false,
      searches: 2,
    });
    expect(answerOf({ results }, 'rerank').usage).toBeNull();
  });

  it('takes no list of another kind', () => {
    expect(read({ results: [{ index: 0 }] }, 'rerank')).toMatchObject({ failure: { kind: 'invalid' } });
    expect(read({ data: [] }, 'rerank')).toMatchObject({ failure: { kind: 'invalid' } });
  });
});

describe('moderation', () => {
  it('gives a verdict for each input', () => {
    const results = [
      { flagged: true, categories: { violence: true, hate: false }, category_scores: { violence: 0.9, hate: 0.01 } },
      { flagged: false, categories: { violence: false }, category_scores: {} },
    ];
    expect(answerOf({ id: 'modr-1', model: 'omni', results }, 'moderation').parts).toEqual([
      {
        type: 'moderation',
        index: 0,
        flagged: true,
        categories: { violence: { flagged: true, score: 0.9 }, hate: { flagged: false, score: 0.01 } },
      },
      { type: 'moderation', index: 1, flagged: false, categories: { violence: { flagged: false, score: 0 } } },
    ]);
  });

  it('is flagged where a category is', () => {
    const results = [{ categories: { violence: true } }];
    expect(answerOf({ results }, 'moderation').parts[0]).toMatchObject({ flagged: true });
  });
});

describe('text completions', () => {
  it('give texts with their ends', () => {
    const logprobs = { tokens: ['A', 'b'], token_logprobs: [null, -1], top_logprobs: null };
    const choices = [
      { index: 1, text: 'B', finish_reason: 'length' },
      { index: 0, text: '', logprobs, finish_reason: 'stop' },
    ];
    expect(answerOf({ choices }, 'completion').parts).toEqual([
      { type: 'text', index: 1, text: 'B' },
      { type: 'end', index: 1, finishReason: 'length' },
      { type: 'text', index: 0, text: '', logprobs: [{ token: 'b', logprob: -1, bytes: null, top: [] }] },
      { type: 'end', index: 0, finishReason: 'stop' },
    ]);
  });
});
