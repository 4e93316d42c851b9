import type { Answer, Usage } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import type { AnswerHead, CallPath } from '#calls';
import { asReceiptId, type HttpExchange } from '#kernel';
import { readJsonBody } from '../read-body.ts';
import { openRerank } from './open-rerank.ts';

const HEAD: AnswerHead = { receiptId: asReceiptId('rcp_1'), route: 'p/m', policy: null, fallback: [] };
const USAGE: Usage = { inputTokens: 9, outputTokens: 0, cachedInputTokens: 0, estimated: false };
const SMALLEST = { model: 'm', query: 'q', documents: ['a', 'b'] };

function open(body: object) {
  const bytes = Buffer.from(JSON.stringify({ ...SMALLEST, ...body }));
  return openRerank({} as CallPath, {} as HttpExchange, readJsonBody(bytes));
}

const scores: Answer = {
  kind: 'rerank',
  model: 'far',
  parts: [
    { type: 'score', index: 1, score: 0.9 },
    { type: 'score', index: 0, score: 0.2 },
  ],
  usage: USAGE,
};
const render = (body: object, usage = USAGE, answer = scores): unknown =>
  JSON.parse(String(open(body).voice.renderAnswer(answer, usage, HEAD)));

describe('a rerank request', () => {
  it('is a call of query and documents', () => {
    const { call } = open({ documents: ['a', { text: 'b', page: 2 }], top_n: 1, max_tokens_per_doc: 512 });
    expect(call).toMatchObject({ kind: 'rerank', wire: 'rerank', model: 'm', stream: false });
    expect(call.parts).toEqual([
      { type: 'text', turn: 0, role: 'user', text: 'q' },
      { type: 'text', turn: 1, role: 'user', text: 'a' },
      { type: 'text', turn: 2, role: 'user', text: 'b' },
    ]);
    expect(call.params).toEqual({ topN: 1 });
    expect(call.extensions).toEqual({ max_tokens_per_doc: 512 });
  });

  it('keeps a document without a text for its own wire', () => {
    const image = { image: 'https://a.example/x.png' };
    for (const value of [image, { ...image, text: 'a' }, { text: 'a', image_url: image.image }]) {
      expect(open({ documents: [value] }).call.parts[1]).toMatchObject({ type: 'other', name: 'document', value });
    }
    const labelled = { text: 'a', url: 'https://a.example', image: null };
    expect(open({ documents: [labelled] }).call.parts[1]).toMatchObject({ type: 'text', text: 'a' });
  });

  it.each([{ query: 1 }, { documents: [] }, { documents: [1] }, { documents: 'a' }, { top_n: 0 }, { model: '' }])(
    'refuses %j',
    (body) => {
      expect(() => open(body)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    },
  );
});

describe('its answer', () => {
  it('reads like Jina’s and like Cohere’s', () => {
    expect(render({})).toEqual({
      id: 'rerank-rcp_1',
      model: 'm',
      results: [
        { index: 1, relevance_score: 0.9 },
        { index: 0, relevance_score: 0.2 },
      ],
      usage: { prompt_tokens: 9, total_tokens: 9 },
      meta: { api_version: { version: '1' }, billed_units: { input_tokens: 9 }, tokens: { input_tokens: 9 } },
    });
    expect(render({}, { ...USAGE, searches: 1 })).toMatchObject({ meta: { billed_units: { search_units: 1 } } });
  });

  it('gives back as many as asked, with the documents where asked', () => {
    const documents = ['a', { text: 'b', page: 2 }];
    expect(render({ documents, top_n: 1, return_documents: true })).toMatchObject({
      results: [{ index: 1, document: { text: 'b', page: 2 } }],
    });
    const all = render({ documents, return_documents: true });
    expect(all).toMatchObject({ results: [{}, { index: 0, document: { text: 'a' } }] });
  });

  it('is the provider’s own where it speaks this wire', () => {
    const bytes = Buffer.from('{}');
    const raw = { wire: 'rerank', bytes, contentType: 'application/json' };
    expect(open({}).voice.renderAnswer({ ...scores, raw }, USAGE, HEAD)).toBe(bytes);
  });
});
