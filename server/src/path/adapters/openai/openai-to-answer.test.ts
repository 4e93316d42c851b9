import type { CallKind } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { bodyToAnswer } from './openai-to-answer.ts';
import { bodies, plainText, provider, usage } from './openai.fixtures.ts';

function answerOf(body: string | Buffer, kind: CallKind = 'chat') {
  const read = bodyToAnswer(Buffer.from(body), kind, provider);
  if (read.type !== 'answer') throw new Error(JSON.stringify(read));
  return read.answer;
}

describe('openai-to-answer', () => {
  it('names model, parts, usage and passes the bytes on without copying them', () => {
    const bytes = Buffer.from(bodies.plain);
    const read = bodyToAnswer(bytes, 'chat', provider);
    expect(read).toMatchObject({
      type: 'answer',
      answer: {
        model: 'gpt-4o-mini-2024-07-18',
        parts: [
          { type: 'text', index: 0, text: plainText },
          { type: 'end', index: 0, finishReason: 'stop' },
        ],
        usage,
      },
    });
    expect(read.type === 'answer' && read.answer.raw?.bytes).toBe(bytes);
  });

  it.each(['withoutUsage', 'nullUsage', 'textUsage', 'negativeUsage'] as const)('takes %s as no usage', (name) => {
    expect(answerOf(bodies[name]).usage).toBeNull();
  });

  it('reads structured output, refusals and reasoning', () => {
    expect(answerOf(bodies.structured).parts[0]).toMatchObject({ text: '{"length":1.5,"unit":"m"}' });
    expect(answerOf(bodies.refusal).parts[0]).toMatchObject({ type: 'refusal', text: 'I cannot help with that.' });
    expect(answerOf(bodies.reasoning).parts).toEqual([
      { type: 'reasoning', index: 0, text: 'Let me think.' },
      { type: 'text', index: 0, text: 'Yes.' },
      { type: 'end', index: 0, finishReason: 'length' },
    ]);
  });

  it('reads embeddings as numbers and as base64', () => {
    expect(answerOf(bodies.embeddingsFloat, 'embedding')).toMatchObject({
      parts: [
        { type: 'embedding', index: 0, vector: [0.25, -0.5, 1] },
        { type: 'embedding', index: 1, vector: [0, 0.125, -1] },
      ],
      usage: { inputTokens: 8, outputTokens: 0, cachedInputTokens: 0, estimated: false },
    });
    expect(answerOf(bodies.embeddingsBase64, 'embedding').parts).toEqual([
      { type: 'embedding', index: 0, vector: [0.25, -0.5, 1] },
    ]);
  });

  it('refuses what is not UTF-8, and an answer of another kind', () => {
    const broken = Buffer.from(bodies.plain.replace('stick', 'st\u00ffck'), 'latin1');
    expect(bodyToAnswer(broken, 'chat', provider)).toMatchObject({ failure: { kind: 'invalid' } });
    expect(bodyToAnswer(Buffer.from(bodies.plain), 'embedding', provider)).toMatchObject({
      failure: { kind: 'invalid' },
    });
  });

  it('never reports more cached tokens than input tokens', () => {
    const body = bodies.plain.replace('"cached_tokens":8', '"cached_tokens":800');
    expect(answerOf(body).usage).toMatchObject({ inputTokens: 19, cachedInputTokens: 19 });
  });
});
