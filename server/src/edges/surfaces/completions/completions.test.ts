import type { Answer, AnswerEvent, Call, Usage } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import type { AnswerHead } from '#calls';
import { asReceiptId } from '#kernel';
import { readJsonBody } from '../read-body.ts';
import { createCompletionsVoice } from './answer-to-completions.ts';
import { completionToCall } from './completions-to-call.ts';

const HEAD: AnswerHead = { receiptId: asReceiptId('rcp_1'), route: 'p/m', policy: null, fallback: [] };
const USAGE: Usage = { inputTokens: 3, outputTokens: 2, cachedInputTokens: 0, estimated: false };

const read = (body: object): Call =>
  completionToCall(readJsonBody(Buffer.from(JSON.stringify({ model: 'm', ...body }))));
const text = (turn: number, words: string) => ({ type: 'text', turn, role: 'user', text: words });
const logprobs = [{ token: 'A', logprob: -0.5, bytes: null, top: [{ token: 'B', logprob: -1, bytes: null }] }];
const wireLogprobs = { tokens: ['A'], token_logprobs: [-0.5], top_logprobs: [{ B: -1 }], text_offset: [] };

describe('a text completion request', () => {
  it('is a call with its settings', () => {
    const call = read({
      prompt: 'Once',
      max_tokens: 0,
      temperature: 0.5,
      top_p: 0.9,
      n: 2,
      stop: '.',
      seed: 1,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      logit_bias: { 5: -100 },
      logprobs: 0,
      user: 'u',
      suffix: '!',
      best_of: 3,
      echo: true,
    });
    expect(call).toMatchObject({ kind: 'completion', wire: 'openai', stream: false, parts: [text(0, 'Once')] });
    expect(call.params).toEqual({
      maxOutputTokens: 0,
      temperature: 0.5,
      topP: 0.9,
      choices: 2,
      stop: ['.'],
      seed: 1,
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      logitBias: { 5: -100 },
      logprobs: { top: 0 },
      endUser: 'u',
      streamUsage: false,
    });
    expect(call.extensions).toEqual({ suffix: '!', best_of: 3, echo: true });
  });

  it('takes several prompts, and token ids as they are', () => {
    expect(read({ prompt: ['a', 'b'] }).parts).toEqual([text(0, 'a'), text(1, 'b')]);
    for (const prompt of [
      [1, 2],
      [[1], [2]],
    ]) {
      expect(read({ prompt }).parts).toEqual([
        { type: 'other', turn: 0, role: 'user', name: 'token_ids', value: prompt },
      ]);
    }
  });

  it.each([{}, { prompt: 7 }, { prompt: [] }, { prompt: ['a', 1] }, { prompt: 'a', logprobs: true }])(
    'refuses %j',
    (body) => {
      expect(() => read(body)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    },
  );
});

describe('its answer', () => {
  const answer: Answer = {
    kind: 'completion',
    model: 'far',
    parts: [
      { type: 'text', index: 1, text: 'B' },
      { type: 'end', index: 1, finishReason: 'length' },
      { type: 'text', index: 0, text: 'A', logprobs },
      { type: 'end', index: 0, finishReason: 'stop' },
    ],
    usage: USAGE,
  };

  it('has the shape of the endpoint', () => {
    const body = createCompletionsVoice(read({ prompt: 'x' }), 1_760_000_000).renderAnswer(answer, USAGE, HEAD);
    expect(JSON.parse(String(body))).toEqual({
      id: 'cmpl-rcp_1',
      object: 'text_completion',
      created: 1_760_000_000,
      model: 'm',
      choices: [
        { text: 'A', index: 0, logprobs: wireLogprobs, finish_reason: 'stop' },
        { text: 'B', index: 1, logprobs: null, finish_reason: 'length' },
      ],
      usage: expect.objectContaining({ prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }),
    });
  });

  it('is the provider’s own where it speaks this wire', () => {
    const bytes = Buffer.from('{}');
    const raw = { wire: 'openai', bytes, contentType: 'application/json' };
    const voice = createCompletionsVoice(read({ prompt: 'x' }), 1);
    expect(voice.renderAnswer({ ...answer, raw }, USAGE, HEAD)).toBe(bytes);
    expect(voice.renderFrame({ raw, events: [] }, HEAD)).toBe(bytes);
  });

  it('states usage itself where the provider’s bytes do not', () => {
    const call = read({ prompt: 'x', stream: true, stream_options: { include_usage: true } });
    const raw = { wire: 'openai', bytes: Buffer.from('data: {}\n\n') };
    const silent = createCompletionsVoice(call, 1);
    silent.renderFrame({ raw, events: [] }, HEAD);
    expect(silent.renderEnd(USAGE, HEAD)).toContain('"total_tokens":5');
    const telling = createCompletionsVoice(call, 1);
    telling.renderFrame({ raw, events: [{ type: 'usage', usage: USAGE }] }, HEAD);
    expect(telling.renderEnd(USAGE, HEAD)).toBe('');
  });

  it.each([true, false])('streams, with usage where it was asked for (%s)', (asked) => {
    const call = read({ prompt: 'x', stream: true, stream_options: { include_usage: asked } });
    const voice = createCompletionsVoice(call, 1);
    const events: AnswerEvent[] = [
      { type: 'start', model: 'far' },
      { type: 'text-delta', index: 0, text: 'A', logprobs },
      { type: 'end', index: 0, finishReason: 'content-filter' },
      { type: 'usage', usage: USAGE },
      { type: 'closed' },
    ];
    const frames = `${voice.renderFrame({ events }, HEAD)}${voice.renderEnd(USAGE, HEAD)}`
      .split('\n\n')
      .flatMap((frame) => (frame === '' ? [] : [JSON.parse(frame.replace('data: ', ''))]));
    expect(frames.map((frame) => frame.usage?.total_tokens ?? frame.usage)).toEqual(
      asked ? [null, null, 5] : [undefined, undefined],
    );
    expect(frames).toMatchObject([
      { object: 'text_completion', choices: [{ text: 'A', index: 0, logprobs: wireLogprobs, finish_reason: null }] },
      { choices: [{ text: '', index: 0, finish_reason: 'content_filter' }] },
      ...(asked ? [{ choices: [], usage: { total_tokens: 5 } }] : []),
    ]);
    expect(voice.closingFrame()).toBe('data: [DONE]\n\n');
  });
});
