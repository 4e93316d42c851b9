import { describe, expect, it } from 'vitest';
import { createSseTranslator } from '../sse-translator.ts';
import {
  chunkFrame,
  deltaFrame,
  DONE_FRAME,
  provider,
  textFrames,
  thinkingContent,
  usage,
} from './mistral.fixtures.ts';
import { createMistralReader } from './mistral-to-frames.ts';

function translate(text: string) {
  const translator = createSseTranslator(createMistralReader(), provider);
  const frames = [...translator.push(Buffer.from(text)), ...translator.end()];
  return { translator, events: frames.flatMap((frame) => frame.events) };
}

const toolDelta = (calls: readonly object[]) => deltaFrame({ tool_calls: calls });

describe('mistral-to-frames', () => {
  it('reads thoughts, texts and references of a delta', () => {
    const { events } = translate(deltaFrame({ content: thinkingContent }));
    expect(events.slice(1)).toEqual([
      { type: 'reasoning-delta', index: 0, text: 'Sticks vary.' },
      { type: 'text-delta', index: 0, text: 'As long as its shadow' },
      { type: 'citation', index: 0, citation: { url: null, title: '2', quote: null, start: null, end: null } },
      { type: 'citation', index: 0, citation: { url: null, title: 'a', quote: null, start: null, end: null } },
      { type: 'text-delta', index: 0, text: ', at noon.' },
    ]);
  });

  it('tells parallel calls apart, with an index each or none', () => {
    for (const index of [{ a: 0, b: 1 }, { a: 0, b: 0 }, {}] as { a?: number; b?: number }[]) {
      const { events } = translate(
        toolDelta([{ id: 'aaaaaaaaa', index: index.a, function: { name: 'x', arguments: '{' } }]) +
          toolDelta([{ id: 'bbbbbbbbb', index: index.b, function: { name: 'y', arguments: { z: 1 } } }]),
      );
      expect(events.slice(1)).toEqual([
        { type: 'tool-call-delta', index: 0, call: 0, id: 'aaaaaaaaa', name: 'x', arguments: '{' },
        { type: 'tool-call-delta', index: 0, call: 1, id: 'bbbbbbbbb', name: 'y', arguments: '{"z":1}' },
      ]);
    }
  });

  it('keeps the pieces of interleaved choices and calls apart', () => {
    const of = (choice: number, index: number, text: string) =>
      chunkFrame([{ index: choice, delta: { tool_calls: [{ index, function: { arguments: text } }] } }]);
    const { events } = translate(of(0, 0, 'a') + of(1, 0, 'b') + of(0, 1, 'c') + of(1, 0, 'd') + of(0, 0, 'e'));
    const seen = events.flatMap((event) =>
      event.type === 'tool-call-delta' ? [[event.index, event.call, event.arguments]] : [],
    );
    expect(seen).toEqual([
      [0, 0, 'a'],
      [1, 0, 'b'],
      [0, 1, 'c'],
      [1, 0, 'd'],
      [0, 0, 'e'],
    ]);
  });

  it('counts usage wherever and however often it stands', () => {
    const extra = { usage: { prompt_tokens: 19, completion_tokens: 10, prompt_tokens_details: { cached_tokens: 8 } } };
    const early = translate(deltaFrame({ content: 'a' }, null, extra) + textFrames.join('') + DONE_FRAME).events;
    expect(early.filter((event) => event.type === 'usage')).toEqual([
      { type: 'usage', usage },
      { type: 'usage', usage },
    ]);
    const none = translate(deltaFrame({ content: 'a' }, 'stop', { usage: 'none' }) + DONE_FRAME).events;
    expect(none.some((event) => event.type === 'usage')).toBe(false);
    expect(none.at(-1)).toEqual({ type: 'closed' });
  });

  it.each([
    [deltaFrame({ content: '' }, 'error'), { kind: 'invalid', message: 'The provider gave up its answer.' }],
    ['data: {"object":"error","message":"busy","raw_status_code":503}\n\n', { kind: 'status', status: 503 }],
    ['data: {"error":{"message":"busy","code":529}}\n\n', { kind: 'status', status: 529, message: 'busy' }],
    ['event: error\ndata: {"message":"overheated"}\n\n', { kind: 'invalid', message: 'overheated' }],
    ['data: {"choices":[\n\n', { kind: 'invalid', message: 'The provider sent a frame that cannot be read.' }],
  ])('sees the failure in %j', (frame, expected) => {
    const { translator, events } = translate(textFrames[0] + frame + DONE_FRAME);
    expect(translator.failure).toMatchObject(expected);
    expect(events.at(-1)?.type).toBe('error');
  });

  it('takes fields of other types for absent', () => {
    const odd = chunkFrame([[], { index: 'x', delta: { content: 7, tool_calls: 'none' }, finish_reason: 7 }]);
    expect(translate(odd).events).toEqual([{ type: 'start', model: 'mistral-small-2603' }]);
    expect(translate('data: {"choices":{},"model":7}\n\n').events).toEqual([{ type: 'start', model: null }]);
  });
});
