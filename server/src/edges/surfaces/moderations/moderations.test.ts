import type { Answer, Usage } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import type { AnswerHead, CallPath } from '#calls';
import { asReceiptId, type HttpExchange } from '#kernel';
import { readJsonBody } from '../read-body.ts';
import { openModeration } from './open-moderation.ts';

const HEAD: AnswerHead = { receiptId: asReceiptId('rcp_1'), route: 'p/m', policy: null, fallback: [] };
const USAGE: Usage = { inputTokens: 9, outputTokens: 0, cachedInputTokens: 0, estimated: true };

const open = (body: object) =>
  openModeration({} as CallPath, {} as HttpExchange, readJsonBody(Buffer.from(JSON.stringify(body))));

describe('a moderation request', () => {
  it('may leave the model out', () => {
    const { call } = open({ input: 'a' });
    expect(call).toMatchObject({ kind: 'moderation', wire: 'openai', model: 'omni-moderation-latest' });
    expect(open({ input: 'a', model: 'm' }).call.model).toBe('m');
  });

  it('takes texts one by one, and parts together', () => {
    expect(open({ input: ['a', 'b'] }).call.parts).toEqual([
      { type: 'text', turn: 0, role: 'user', text: 'a' },
      { type: 'text', turn: 1, role: 'user', text: 'b' },
    ]);
    const image = { type: 'image_url', image_url: { url: 'https://a.example/x.png' } };
    const sound = { type: 'audio' };
    expect(open({ input: [{ type: 'text', text: 'a' }, image, sound] }).call.parts).toEqual([
      { type: 'text', turn: 0, role: 'user', text: 'a' },
      { type: 'image', turn: 0, role: 'user', url: 'https://a.example/x.png' },
      { type: 'other', turn: 0, role: 'user', name: 'audio', value: sound },
    ]);
  });

  it.each([{}, { input: [] }, { input: 7 }, { input: [{ text: 'a' }] }])('refuses %j', (body) => {
    expect(() => open(body)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});

it('gives verdicts in the order of the inputs', () => {
  const answer: Answer = {
    kind: 'moderation',
    model: 'far',
    parts: [
      { type: 'moderation', index: 1, flagged: false, categories: {} },
      { type: 'moderation', index: 0, flagged: true, categories: { hate: { flagged: true, score: 0.9 } } },
    ],
    usage: null,
  };
  const { voice } = open({ input: ['a', 'b'], model: 'm' });
  expect(JSON.parse(String(voice.renderAnswer(answer, USAGE, HEAD)))).toEqual({
    id: 'modr-rcp_1',
    model: 'm',
    results: [
      { flagged: true, categories: { hate: true }, category_scores: { hate: 0.9 } },
      { flagged: false, categories: {}, category_scores: {} },
    ],
  });
  const bytes = Buffer.from('{}');
  const raw = { wire: 'openai', bytes, contentType: 'application/json' };
  expect(voice.renderAnswer({ ...answer, raw }, USAGE, HEAD)).toBe(bytes);
});
