import type { AnswerPart, Usage } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { renderAnswer, type RenderContext } from './answer-to-openai.ts';
import { annotation, citation, context, logprob, wireLogprob } from './rendering.testing.ts';

const USAGE: Usage = {
  inputTokens: 3,
  outputTokens: 2,
  cachedInputTokens: 1,
  cacheWriteTokens: 1,
  reasoningTokens: 1,
  estimated: false,
};

function render(parts: AnswerPart[], changes: Partial<RenderContext> = {}, kind: 'chat' | 'embedding' = 'chat') {
  return JSON.parse(
    String(renderAnswer({ kind, model: null, parts, usage: USAGE }, USAGE, { ...context, ...changes })),
  );
}

describe('a whole chat', () => {
  it('says each choice with all that it holds', () => {
    const body = render([
      { type: 'reasoning', index: 0, text: 'Hm.' },
      { type: 'text', index: 0, text: 'A', logprobs: [logprob], citations: [citation] },
      { type: 'end', index: 0, finishReason: 'stop' },
      { type: 'tool-call', index: 1, id: 'c1', name: 'f', arguments: 'not JSON' },
      { type: 'tool-call', index: 1, id: '', name: 'g', arguments: '{}' },
      { type: 'end', index: 1, finishReason: 'tool-calls' },
    ]);
    expect(body.choices).toEqual([
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'A',
          refusal: null,
          annotations: [annotation],
          reasoning_content: 'Hm.',
        },
        logprobs: { content: [wireLogprob], refusal: null },
        finish_reason: 'stop',
      },
      {
        index: 1,
        message: {
          role: 'assistant',
          content: null,
          refusal: null,
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'f', arguments: 'not JSON' } },
            { id: 'call_rcp_1_1', type: 'function', function: { name: 'g', arguments: '{}' } },
          ],
        },
        logprobs: null,
        finish_reason: 'tool_calls',
      },
    ]);
    expect(body.usage).toMatchObject({
      prompt_tokens_details: { cached_tokens: 1, cache_write_tokens: 1 },
      total_tokens: 5,
      completion_tokens_details: { reasoning_tokens: 1 },
    });
  });

  it('says refusals and sound', () => {
    const refused = render([
      { type: 'refusal', index: 0, text: 'No.' },
      { type: 'end', index: 0, finishReason: 'refusal' },
    ]);
    expect(refused.choices[0]).toMatchObject({
      message: { content: null, refusal: 'No.' },
      finish_reason: 'content_filter',
    });
    const spoken = render([{ type: 'audio', index: 0, data: 'AA', format: 'wav', transcript: 'Hi' }]);
    expect(spoken.choices[0].message).toMatchObject({
      content: null,
      audio: { id: 'audio_rcp_1', data: 'AA', transcript: 'Hi', expires_at: 1 },
    });
  });
});

it('vectors are numbers, or base64 where it was asked for', () => {
  const parts: AnswerPart[] = [{ type: 'embedding', index: 0, vector: [0.25, -0.5, 1] }];
  expect(render(parts, {}, 'embedding').data[0].embedding).toEqual([0.25, -0.5, 1]);
  expect(render(parts, { base64: true }, 'embedding').data[0].embedding).toBe('AACAPgAAAL8AAIA/');
});
