import type { Answer, Call } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { bodyToAnswer } from './google-to-answer.ts';
import { bodies, bodyOf, callOf, functionCall, RESPONSE_ID } from './google.fixtures.ts';

type Said = Pick<Answer, 'model' | 'parts' | 'usage'>;
const read = (body: string, call: Call = callOf()): Said => bodyToAnswer(JSON.parse(body), call);
const partsOf = (...args: Parameters<typeof bodyOf>) => read(bodyOf(...args)).parts;
const end = (finishReason: string) => ({ type: 'end', index: 0, finishReason });

describe('a candidate', () => {
  it('says thoughts, text and calls in order, neighbours as one', () => {
    const pieces = [
      { text: 'Let me ', thought: true },
      { text: 'think.', thought: true },
      { text: 'It is ' },
      { text: 'seven.' },
      { functionCall, thoughtSignature: 'c2ln' },
    ];
    expect(partsOf(pieces)).toEqual([
      { type: 'reasoning', index: 0, text: 'Let me think.' },
      { type: 'text', index: 0, text: 'It is seven.' },
      {
        type: 'tool-call',
        index: 0,
        id: 'fc_9',
        name: 'get_weather',
        arguments: '{"city":"Zürich","unit":"celsius"}',
        signature: { wire: 'google', value: 'c2ln' },
      },
      end('tool-calls'),
    ]);
  });

  it('keeps the signature of a text as a thought without words behind it', () => {
    const signature = { wire: 'google', value: 'c2ln' };
    expect(
      partsOf([
        { text: 'Seven.', thoughtSignature: 'c2ln' },
        { text: 'Hm.', thought: true, thoughtSignature: 'dA' },
      ]),
    ).toEqual([
      { type: 'text', index: 0, text: 'Seven.' },
      { type: 'reasoning', index: 0, text: '', hidden: true, signature },
      { type: 'reasoning', index: 0, text: 'Hm.', signature: { wire: 'google', value: 'dA' } },
      end('stop'),
    ]);
  });

  it('has ids made for its calls that no other turn has', () => {
    const bare = { functionCall: { name: 'look' } };
    const idsIn = (said: Said) => said.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []));
    expect(idsIn(read(bodyOf([bare, bare])))).toEqual([`call_${RESPONSE_ID}_0_0`, `call_${RESPONSE_ID}_0_1`]);
    const unnamed = bodyOf([bare]).replace('responseId', 'other');
    const later = callOf({
      parts: [{ type: 'tool-call', turn: 0, role: 'assistant', id: 'call_0_0_0', name: 'look', arguments: '{}' }],
    });
    expect(idsIn(read(unnamed))).toEqual(['call_0_0_0']);
    expect(idsIn(read(unnamed, later))).toEqual(['call_1_0_0']);
    const long = bodyOf([bare]).replace(RESPONSE_ID, `a/b=${'x'.repeat(99)}`);
    expect(idsIn(read(long))[0]).toMatch(/^[\w-]{1,40}$/);
  });

  it('gives audio as audio and an image in its text', () => {
    const audio = { inlineData: { mimeType: 'audio/L16;rate=24000', data: 'AAAA' } };
    const image = { inlineData: { mimeType: 'image/png', data: 'BBBB' } };
    expect(partsOf([audio, { text: 'Look: ' }, image])).toEqual([
      { type: 'audio', index: 0, data: 'AAAA', format: 'l16', transcript: '' },
      { type: 'text', index: 0, text: 'Look: ![](data:image/png;base64,BBBB)' },
      end('stop'),
    ]);
  });

  it.each([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content-filter'],
    ['RECITATION', 'content-filter'],
    ['BLOCKLIST', 'content-filter'],
    ['PROHIBITED_CONTENT', 'content-filter'],
    ['SPII', 'content-filter'],
    ['IMAGE_SAFETY', 'content-filter'],
    ['MALFORMED_FUNCTION_CALL', 'other'],
    ['SOMETHING_NEW', 'other'],
  ])('ends with %s as %s', (finishReason, expected) => {
    expect(partsOf([], { finishReason })).toEqual([end(expected)]);
  });

  it('cut short in the middle of a call is cut short', () => {
    expect(partsOf([{ functionCall }], { finishReason: 'MAX_TOKENS' }).at(-1)).toEqual(end('length'));
  });

  it('says how sure it was', () => {
    const token = (text: string, logProbability: number) => ({ token: text, tokenId: 1, logProbability });
    const logprobsResult = {
      chosenCandidates: [token('A', -0.1), token('b', -0.5), { token: 7 }],
      topCandidates: [{ candidates: [token('A', -0.1), token('B', -2)] }, null],
    };
    const [text] = partsOf([{ text: 'Ab' }], { logprobsResult });
    expect(text).toMatchObject({
      logprobs: [
        { token: 'A', logprob: -0.1, bytes: null, top: [{ token: 'A' }, { token: 'B', logprob: -2 }] },
        { token: 'b', logprob: -0.5, bytes: null, top: [] },
      ],
    });
  });

  it('stands beside others, whichever index they give', () => {
    const body = JSON.stringify({
      candidates: [
        { content: { parts: [{ text: 'b' }] }, finishReason: 'STOP', index: 1 },
        { content: { parts: [{ text: 'a' }] }, finishReason: 'STOP', index: 0 },
        'none',
      ],
    });
    expect(read(body).parts.map((part) => part.index)).toEqual([1, 1, 0, 0]);
  });
});

describe('citations', () => {
  const text = 'Zürich is in 🇨🇭. Yes.';
  const grounding = {
    groundingChunks: [{ web: { uri: 'https://a.example.com', title: 'A' } }, { other: {} }],
    groundingSupports: [
      {
        segment: { endIndex: Buffer.byteLength('Zürich is in 🇨🇭.'), text: 'Zürich is in 🇨🇭.' },
        groundingChunkIndices: [0, 1, 7],
      },
      { segment: { startIndex: 5, endIndex: 9_999 }, groundingChunkIndices: [0] },
    ],
  };
  const source = { url: 'https://a.example.com', title: 'A' };

  it('point into the text in code units, whatever bytes the provider counts', () => {
    const [part] = partsOf([{ text }], { groundingMetadata: grounding });
    expect(part).toMatchObject({
      citations: [
        { ...source, quote: 'Zürich is in 🇨🇭.', start: 0, end: 'Zürich is in 🇨🇭.'.length },
        { ...source, quote: null, start: null, end: null },
      ],
    });
  });

  it('name sources without a place, and passages known by heart', () => {
    const candidate = {
      groundingMetadata: { groundingChunks: grounding.groundingChunks },
      citationMetadata: { citationSources: [{ startIndex: 0, endIndex: 3, uri: 'https://b.example.com' }, {}] },
    };
    expect(partsOf([{ text }], candidate)[0]).toMatchObject({
      citations: [
        { ...source, quote: null, start: null, end: null },
        { url: 'https://b.example.com', title: null, quote: null, start: 0, end: 2 },
      ],
    });
  });
});

describe('a body', () => {
  it('of a blocked prompt is an answer without words', () => {
    expect(read(bodies.blocked)).toEqual({
      model: 'gemini-2.5-flash',
      parts: [end('content-filter')],
      usage: { inputTokens: 7, outputTokens: 0, cachedInputTokens: 0, estimated: false },
    });
  });

  it.each([
    '{"candidates":[]}',
    '{"candidates":{}}',
    '{"promptFeedback":{}}',
    '{"usageMetadata":{"promptTokenCount":1}}',
  ])('like %s says nothing', (body) => {
    expect(read(body).parts).toEqual([]);
  });

  it.each<[object, object | null]>([
    [
      { promptTokenCount: 10, toolUsePromptTokenCount: 5, candidatesTokenCount: 3, thoughtsTokenCount: 4 },
      { inputTokens: 15, outputTokens: 7, cachedInputTokens: 0, reasoningTokens: 4, estimated: false },
    ],
    [
      {
        promptTokenCount: 10,
        cachedContentTokenCount: 99,
        candidatesTokenCount: 3,
        promptTokensDetails: [
          { modality: 'AUDIO', tokenCount: 6 },
          { modality: 'TEXT', tokenCount: 4 },
        ],
        candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 2 }, null],
      },
      {
        inputTokens: 10,
        outputTokens: 3,
        cachedInputTokens: 10,
        audioInputTokens: 6,
        audioOutputTokens: 2,
        estimated: false,
      },
    ],
    [{ promptTokenCount: '10', candidatesTokenCount: 3 }, null],
    [{ promptTokenCount: -1 }, null],
  ])('states the usage %j', (usageMetadata, expected) => {
    expect(read(bodyOf([{ text: 'a' }], {}, { usageMetadata })).usage).toEqual(expected);
  });

  it('of a count says how many, and costs nothing', () => {
    const said = read(bodies.count, callOf({ kind: 'count' }));
    expect(said.parts).toEqual([{ type: 'count', index: 0, inputTokens: 31, estimated: false }]);
    expect(said.usage).toMatchObject({ inputTokens: 0, outputTokens: 0, estimated: false });
    expect(read('{"totalTokens":"31"}', callOf({ kind: 'count' })).parts).toEqual([]);
  });

  it('of embeddings gives them in order, all or none', () => {
    const text = (turn: number) => ({ type: 'text', turn, role: 'user', text: 'a' }) as const;
    const call = callOf({ kind: 'embedding', parts: [text(0), text(1)] });
    expect(read(bodies.embeddings, call).parts).toEqual([
      { type: 'embedding', index: 0, vector: [0.25, -0.5, 1] },
      { type: 'embedding', index: 1, vector: [0, 0.125, -1] },
    ]);
    for (const broken of ['{"embeddings":[{"values":[1]},{"values":["1"]}]}', '{"embeddings":[{"values":[1]}]}']) {
      expect(read(broken, call).parts).toEqual([]);
    }
  });
});
