import type { CallKind } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { createSseTranslator } from '../sse-translator.ts';
import { createOpenAiReader } from './openai-to-frames.ts';
import { DONE_FRAME, oddStream, provider, textFrames, toFrame, usage, usageFrame } from './openai.fixtures.ts';

const callOf = (kind: CallKind = 'chat', streamUsage = false) => ({ kind, params: { streamUsage } });

function translate(text: string | Buffer, usageAsked = false, kind: CallKind = 'chat') {
  const translator = createSseTranslator(createOpenAiReader(callOf(kind, usageAsked)), provider);
  const frames = [...translator.push(Buffer.from(text)), ...translator.end()];
  const events = frames.flatMap((frame) => frame.events);
  const forwarded = Buffer.concat(frames.flatMap((frame) => frame.raw?.bytes ?? [])).toString('utf8');
  return { translator, frames, events, forwarded };
}

describe('openai-to-frames', () => {
  it('forwards whole frames of one read as one slice of it', () => {
    const read = Buffer.from(textFrames.join('') + textFrames[0]?.slice(0, 10));
    const [frame, ...others] = createSseTranslator(createOpenAiReader(callOf()), provider).push(read);
    expect(others).toEqual([]);
    expect(frame?.raw?.bytes.buffer).toBe(read.buffer);
    expect(frame?.raw?.bytes).toHaveLength(Buffer.byteLength(textFrames.join('')));
  });

  it('holds the usage chunk back unless the caller asked for it; either way it counts', () => {
    const stream = textFrames.join('') + usageFrame + DONE_FRAME;
    for (const asked of [true, false]) {
      const { forwarded, events } = translate(stream, asked);
      expect(forwarded).toBe(textFrames.join('') + (asked ? usageFrame : ''));
      expect(events).toContainEqual({ type: 'usage', usage });
    }
  });

  it('forwards a chunk without choices that carries no usage', () => {
    const filters = toFrame('{"choices":[],"prompt_filter_results":[],"usage":null}');
    expect(translate(filters + textFrames.join('')).forwarded).toBe(filters + textFrames.join(''));
  });

  it('reads comments, names, odd line ends and events of several lines, and changes no byte of them', () => {
    const { forwarded, events } = translate(oddStream.join('') + DONE_FRAME);
    expect(forwarded).toBe(oddStream.join(''));
    const texts = events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : []));
    expect(texts).toEqual(['no space, ', 'carriage returns, ', 'two lines']);
    expect(events).toContainEqual({ type: 'reasoning-delta', index: 0, text: 'thinking' });
    expect(events.at(-2)).toEqual({ type: 'end', index: 0, finishReason: 'length' });
  });

  it.each(['data: [DONE]', 'data: [DONE]\n', 'data:[DONE]\r\n'])('takes %j at the very end as closing', (closing) => {
    expect(translate(textFrames.join('') + closing).events.at(-1)).toEqual({ type: 'closed' });
  });

  it.each(['data: [DO', 'data: [DONE', ''])('does not take %j at the very end as closing', (closing) => {
    const { events, translator } = translate(textFrames.join('') + closing);
    expect(events.some((event) => event.type === 'closed')).toBe(false);
    expect(translator.closed).toBe(false);
  });

  it.each([
    ['{"error":{"message":"busy","code":503}}', { kind: 'status', status: 503, message: 'busy' }],
    ['{"error":{"message":"busy","code":"503"}}', { kind: 'status', status: 503 }],
    ['{"error":"no more"}', { kind: 'invalid', status: null, message: 'no more' }],
    ['{"object":"error","message":"bad","code":400}', { kind: 'status', status: 400, message: 'bad' }],
    ['{"error":{"message":"key sk-abcdef123456 is bad"}}', { message: 'key [key] is bad' }],
    ['{"error":{}}', { message: 'The provider reported an error.' }],
    ['{"half":', { kind: 'invalid', message: 'The provider sent a frame that cannot be read.' }],
    ['"text"', { kind: 'invalid' }],
  ])('sees the failure in %s', (data, expected) => {
    const { translator, forwarded } = translate(toFrame(data) + textFrames.join(''));
    expect(translator.failure).toMatchObject(expected);
    expect(forwarded).toBe('');
  });

  it('takes a frame named error as one', () => {
    expect(translate('event: error\ndata: {"message":"overheated"}\n\n').translator.failure?.message).toBe(
      'overheated',
    );
  });

  it('refuses bytes that are not UTF-8 and takes a replacement character that the model wrote', () => {
    const [, second = ''] = textFrames;
    const broken = Buffer.from(second.replace('stick', 'st\u00ffck'), 'latin1');
    expect(translate(broken).translator.failure?.kind).toBe('invalid');
    expect(translate(second.replace('stick', '\uFFFD')).translator.failure).toBeNull();
  });

  it('refuses a frame that grows past 16 MiB', () => {
    const translator = createSseTranslator(createOpenAiReader(callOf()), provider);
    const block = Buffer.alloc(2 * 1024 * 1024, 'a');
    translator.push(Buffer.from('data: {"choices":[{"delta":{"content":"'));
    let given = 0;
    while (translator.failure === null && given < 64) {
      translator.push(block);
      given += 1;
    }
    expect(given).toBeLessThanOrEqual(8);
    expect(translator.failure?.message).toBe('The provider sent a frame larger than this server takes.');
  });

  it('tells parallel tool calls apart, by number and where every one has the same, by id', () => {
    const piece = (index: number, id: string | null, text: string) => {
      const call = { index, ...(id === null ? {} : { id }), function: { name: 'f', arguments: text } };
      return toFrame(JSON.stringify({ choices: [{ index: 0, delta: { tool_calls: [call] } }] }));
    };
    const numbers = (frames: readonly string[]) =>
      translate(frames.join('')).events.flatMap((event) => (event.type === 'tool-call-delta' ? [event.call] : []));
    expect(numbers([piece(0, 'a', ''), piece(1, 'b', ''), piece(0, null, 'x'), piece(1, null, 'y')])).toEqual([
      0, 1, 0, 1,
    ]);
    expect(numbers([piece(0, 'a', ''), piece(0, 'b', ''), piece(0, null, 'x')])).toEqual([0, 1, 1]);
  });

  it('tells sound, sources and refusals, and repeated sources once', () => {
    const delta = (value: object, beside: object = {}) =>
      toFrame(JSON.stringify({ choices: [{ index: 1, delta: value }], ...beside }));
    const { events } = translate(
      [
        delta({ audio: { id: 'audio_1' } }),
        delta({ audio: { transcript: 'Hm' } }),
        delta({ audio: { data: 'UklG' } }),
        delta({ refusal: 'No.' }),
        delta({ annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example' } }] }),
        delta({}, { citations: ['https://b.example'] }),
        delta({}, { citations: ['https://b.example'] }),
      ].join(''),
    );
    const none = { title: null, quote: null, start: null, end: null };
    expect(events.slice(1)).toEqual([
      { type: 'audio-delta', index: 1, data: '', transcript: 'Hm' },
      { type: 'audio-delta', index: 1, data: 'UklG', transcript: '' },
      { type: 'refusal-delta', index: 1, text: 'No.' },
      { type: 'citation', index: 1, citation: { url: 'https://a.example', ...none } },
      { type: 'citation', index: 0, citation: { url: 'https://b.example', ...none } },
    ]);
  });

  it('reads text completions', () => {
    const logprobs = { tokens: ['A'], token_logprobs: [-0.5], top_logprobs: [{ B: -1 }], text_offset: [0] };
    const chunk = (choice: object) => toFrame(JSON.stringify({ object: 'text_completion', choices: [choice] }));
    const frames = [
      chunk({ index: 0, text: 'A', logprobs, finish_reason: null }),
      chunk({ index: 1, text: 'B', logprobs: null, finish_reason: null }),
      chunk({ index: 0, text: '', logprobs: null, finish_reason: 'length' }),
    ];
    const { events, forwarded } = translate(frames.join('') + usageFrame + DONE_FRAME, false, 'completion');
    expect(forwarded).toBe(frames.join(''));
    expect(events.slice(1)).toEqual([
      {
        type: 'text-delta',
        index: 0,
        text: 'A',
        logprobs: [{ token: 'A', logprob: -0.5, bytes: null, top: [{ token: 'B', logprob: -1, bytes: null }] }],
      },
      { type: 'text-delta', index: 1, text: 'B' },
      { type: 'end', index: 0, finishReason: 'length' },
      { type: 'usage', usage },
      { type: 'closed' },
    ]);
  });
});
