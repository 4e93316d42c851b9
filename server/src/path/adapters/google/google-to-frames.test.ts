import type { AnswerEvent } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { createSseTranslator } from '../sse-translator.ts';
import {
  bodies,
  callOf,
  chunkOf,
  functionCall,
  lastChunkOf,
  provider,
  RESPONSE_ID,
  toFrame,
  usage,
  wireError,
} from './google.fixtures.ts';
import { createGoogleReader } from './google-to-frames.ts';

function read(chunks: readonly string[]): AnswerEvent[] {
  const translator = createSseTranslator(createGoogleReader(callOf({ stream: true })), provider);
  const frames = [...translator.push(Buffer.from(chunks.map(toFrame).join(''))), ...translator.end()];
  return frames.flatMap((frame) => frame.events);
}

const without = (events: AnswerEvent[], ...types: string[]) => events.filter((event) => !types.includes(event.type));
const usagesOf = (events: AnswerEvent[], interim = false) =>
  events.flatMap((event) => (event.type === 'usage' && (event.interim ?? false) === interim ? [event.usage] : []));

describe('a stream', () => {
  it('says thoughts, text and whole calls', () => {
    const events = read([
      chunkOf([{ text: 'Hm.', thought: true }]),
      chunkOf([{ text: 'I look.' }, { functionCall: { name: 'a' }, thoughtSignature: 'c2ln' }]),
      chunkOf([{ functionCall: { name: 'b', args: { x: 1 } } }, { functionCall }]),
      lastChunkOf([{ text: '', thoughtSignature: 'dA' }]),
    ]);
    const signature = (value: string) => ({ signature: { wire: 'google', value } });
    expect(without(events, 'usage')).toEqual([
      { type: 'start', model: 'gemini-2.5-flash' },
      { type: 'reasoning-delta', index: 0, text: 'Hm.' },
      { type: 'text-delta', index: 0, text: 'I look.' },
      {
        type: 'tool-call-delta',
        index: 0,
        call: 0,
        id: `call_${RESPONSE_ID}_0_0`,
        name: 'a',
        arguments: '{}',
        ...signature('c2ln'),
      },
      { type: 'tool-call-delta', index: 0, call: 1, id: `call_${RESPONSE_ID}_0_1`, name: 'b', arguments: '{"x":1}' },
      {
        type: 'tool-call-delta',
        index: 0,
        call: 2,
        id: 'fc_9',
        name: 'get_weather',
        arguments: JSON.stringify(functionCall.args),
      },
      { type: 'reasoning-delta', index: 0, text: '', hidden: true, ...signature('dA') },
      { type: 'end', index: 0, finishReason: 'tool-calls' },
      { type: 'closed' },
    ]);
  });

  it('keeps a text one whose first piece is signed, and says the signature behind it', () => {
    const events = read([
      chunkOf([{ text: 'The ', thoughtSignature: 'c2ln' }]),
      chunkOf([{ text: 'stick' }]),
      lastChunkOf([{ text: '.' }]),
    ]);
    expect(without(events, 'usage')).toMatchObject([
      { type: 'start' },
      { type: 'text-delta', text: 'The ' },
      { type: 'text-delta', text: 'stick' },
      { type: 'text-delta', text: '.' },
      { type: 'reasoning-delta', hidden: true, signature: { value: 'c2ln' } },
      { type: 'end' },
      { type: 'closed' },
    ]);
  });

  it('tells the figures so far, for a stream that breaks off', () => {
    const events = read([chunkOf([{ text: 'a' }]), chunkOf([{ text: 'b' }])]);
    expect(usagesOf(events, true)).toMatchObject([{ inputTokens: 19 }, { inputTokens: 19 }]);
    expect(usagesOf(events)).toEqual([]);
  });

  it('gives of figures that grow the last', () => {
    expect(usagesOf(read([chunkOf([{ text: 'a' }]), lastChunkOf([{ text: 'b' }])]))).toEqual([usage]);
  });

  it('gives figures of the last-but-one chunk, and such as come behind the end', () => {
    const silent = { usageMetadata: undefined };
    const end = chunkOf([], { finishReason: 'STOP' }, silent);
    expect(usagesOf(read([chunkOf([{ text: 'a' }]), end]))).toMatchObject([{ inputTokens: 19, outputTokens: 2 }]);
    const behind = JSON.stringify({ usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 9 } });
    expect(usagesOf(read([chunkOf([{ text: 'a' }], {}, silent), end, behind]))).toMatchObject([
      { inputTokens: 4, outputTokens: 9 },
    ]);
    expect(usagesOf(read([chunkOf([{ text: 'a' }], {}, silent), end]))).toEqual([]);
  });

  it('is whole only when all its candidates have ended', () => {
    const first = chunkOf([{ text: 'a' }]);
    const second = chunkOf([{ text: 'b' }], { index: 1 });
    const endOf = (index: number) => lastChunkOf([], { index });
    const isClosed = (chunks: string[]) => read(chunks).at(-1)?.type === 'closed';
    expect(isClosed([first, second, endOf(1), endOf(0)])).toBe(true);
    expect(isClosed([first, second, endOf(1)])).toBe(false);
    expect(isClosed([first])).toBe(false);
    expect(isClosed([JSON.stringify({ usageMetadata: { promptTokenCount: 1 } })])).toBe(false);
  });

  it('tells each end once', () => {
    const events = read([lastChunkOf([{ text: 'a' }]), lastChunkOf([])]);
    expect(events.filter((event) => event.type === 'end')).toHaveLength(1);
  });

  it('of a blocked prompt ends as filtered, and is whole', () => {
    expect(read([bodies.blocked])).toMatchObject([
      { type: 'start' },
      { type: 'end', index: 0, finishReason: 'content-filter' },
      { type: 'usage', usage: { inputTokens: 7, outputTokens: 0 } },
      { type: 'closed' },
    ]);
  });

  it('cites into all that was said, and no source twice', () => {
    const groundingMetadata = {
      groundingChunks: [{ web: { uri: 'https://a.example.com', title: 'A' } }],
      groundingSupports: [{ segment: { startIndex: 3, endIndex: 6, text: 'für' }, groundingChunkIndices: [0] }],
    };
    const events = read([
      chunkOf([{ text: 'é ' }]),
      chunkOf([{ text: 'für' }], { groundingMetadata }),
      lastChunkOf([], { groundingMetadata }),
    ]);
    const citation = { url: 'https://a.example.com', title: 'A', quote: 'für', start: 2, end: 4 };
    expect(events.filter((event) => event.type === 'citation')).toEqual([{ type: 'citation', index: 0, citation }]);
  });

  it('gives log probabilities with the text of their chunk', () => {
    const logprobsResult = { chosenCandidates: [{ token: 'a', logProbability: -1 }] };
    const deltas = read([lastChunkOf([{ text: 'a' }, { text: 'b' }], { logprobsResult })]).filter(
      (event) => event.type === 'text-delta',
    );
    expect(deltas).toMatchObject([{ text: 'a', logprobs: [{ token: 'a', logprob: -1 }] }, { text: 'b' }]);
    expect(deltas[1]).not.toHaveProperty('logprobs');
  });

  it('takes fields of other types for absent', () => {
    const odd = JSON.stringify({
      candidates: [{ index: 'x', content: { parts: [7, { text: 3 }, { functionCall: 'f' }] }, finishReason: 5 }, null],
      usageMetadata: [],
      modelVersion: {},
      promptFeedback: 'none',
    });
    expect(read([odd, lastChunkOf([{ text: 'a' }])])).toMatchObject([
      { type: 'start', model: null },
      { type: 'text-delta', text: 'a' },
      { type: 'end' },
      { type: 'usage' },
      { type: 'closed' },
    ]);
  });

  it('ends with an error that has the status of the error', () => {
    const events = read([chunkOf([{ text: 'a' }]), wireError(503, 'UNAVAILABLE', 'Overloaded.'), lastChunkOf([])]);
    expect(events.at(-1)).toEqual({ type: 'error', kind: 'status', status: 503, message: 'Overloaded.' });
  });
});
