import type { CallKind } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { chooseReader } from './choose-reader.ts';
import { readBody } from '../read-invocation.ts';
import { bodies, plainText, provider, rawCall, usage } from './openai.fixtures.ts';

const callOf = (kind: CallKind) => ({ ...rawCall({ model: 'm' }), kind });

const readAs = (bytes: Buffer, kind: CallKind) => {
  return readBody(bytes, kind, provider, chooseReader(callOf(kind), provider));
};

function answerOf(body: string | Buffer, kind: CallKind = 'chat') {
  const read = readAs(Buffer.from(body), kind);
  if (read.type !== 'answer') throw new Error(JSON.stringify(read));
  return read.answer;
}

describe('openai-to-answer', () => {
  it('names model, parts, usage and passes the bytes on without copying them', () => {
    const bytes = Buffer.from(bodies.plain);
    const read = readAs(bytes, 'chat');
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
    expect(readAs(broken, 'chat')).toMatchObject({ failure: { kind: 'invalid' } });
    expect(readAs(Buffer.from(bodies.plain), 'embedding')).toMatchObject({
      failure: { kind: 'invalid' },
    });
  });

  it('never reports more cached tokens than input tokens', () => {
    const body = bodies.plain.replace('"cached_tokens":8', '"cached_tokens":800');
    expect(answerOf(body).usage).toMatchObject({ inputTokens: 19, cachedInputTokens: 19 });
  });

  it('reads what stands beside the words: sources, sound, arguments that came parsed', () => {
    const url_citation = { url: 'https://a.example', title: 'A', start_index: 1, end_index: 4 };
    const audio = { id: 'audio_1', data: 'UklGRg==', transcript: 'Hm.', expires_at: 1 };
    const tool_calls = [{ id: 'c1', type: 'function', function: { name: 'look', arguments: { n: 1 } } }];
    const message = { content: 'text', annotations: [{ type: 'url_citation', url_citation }], audio, tool_calls };
    const body = JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'tool_calls' }] });
    expect(answerOf(body).parts).toEqual([
      {
        type: 'text',
        index: 0,
        text: 'text',
        citations: [{ url: 'https://a.example', title: 'A', quote: null, start: 1, end: 4 }],
      },
      { type: 'audio', index: 0, data: 'UklGRg==', format: 'wav', transcript: 'Hm.' },
      { type: 'tool-call', index: 0, id: 'c1', name: 'look', arguments: '{"n":1}' },
      { type: 'end', index: 0, finishReason: 'tool-calls' },
    ]);
  });

  it('takes sources beside the choices for those of the first text', () => {
    const choices = [{ message: { content: 'text' } }];
    const results = { choices, search_results: [{ url: 'https://a.example', title: 'A' }], citations: ['https://b'] };
    const cited = { url: 'https://a.example', title: 'A', quote: null, start: null, end: null };
    expect(answerOf(JSON.stringify(results)).parts[0]).toMatchObject({ citations: [cited] });
    const bare = { choices, citations: ['https://b.example'] };
    expect(answerOf(JSON.stringify(bare)).parts[0]).toMatchObject({ citations: [{ url: 'https://b.example' }] });
  });

  it('counts reasoning into the output where the provider counts it beside', () => {
    const figures = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 22,
      completion_tokens_details: { reasoning_tokens: 7 },
      prompt_cache_hit_tokens: 4,
    };
    const body = { choices: [{ message: { content: 'a' } }], usage: figures };
    const stated = answerOf(JSON.stringify(body)).usage;
    expect(stated).toMatchObject({ inputTokens: 10, outputTokens: 12, reasoningTokens: 7, cachedInputTokens: 4 });
  });

  it.each([[[]], [[{}]], [[{ message: null }]], [['text']]])('calls choices %j no answer', (choices) => {
    expect(readAs(Buffer.from(JSON.stringify({ choices })), 'chat')).toMatchObject({
      failure: { kind: 'invalid' },
    });
  });

  it('takes an error beside a whole answer for a remark, and one without for what it is', () => {
    const error = { message: 'Overheated.' };
    const choices = [{ message: { content: 'a' } }];
    expect(answerOf(JSON.stringify({ error, choices })).parts[0]).toMatchObject({ text: 'a' });
    expect(readAs(Buffer.from(JSON.stringify({ error, choices: [] })), 'chat')).toMatchObject({
      failure: { kind: 'invalid', message: 'Overheated.' },
    });
  });
});
