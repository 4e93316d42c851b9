import type { AnswerEvent } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { createSseTranslator } from '../sse-translator.ts';
import {
  blockDelta,
  blockStart,
  blockStop,
  closingFrame,
  frame,
  messageDelta,
  modelId,
  pingFrame,
  provider,
  startFrame,
  textFrames,
  toolFrames,
  usage,
  wireError,
  wireUsage,
} from './anthropic.fixtures.ts';
import { createMessageReader } from './anthropic-to-frames.ts';

function translate(...pieces: readonly string[]) {
  const translator = createSseTranslator(createMessageReader(), provider);
  const frames = [...translator.push(Buffer.from(pieces.join(''))), ...translator.end()];
  const all = frames.flatMap((given) => given.events);
  const isInterim = (event: AnswerEvent) => event.type === 'usage' && event.interim === true;
  const events = all.filter((event) => !isInterim(event));
  const forwarded = Buffer.concat(frames.flatMap((given) => given.raw?.bytes ?? [])).toString('utf8');
  return { translator, events, interim: all.filter(isInterim), forwarded };
}

const typesOf = (events: readonly AnswerEvent[]) => events.map((event) => event.type);

describe('anthropic-to-frames', () => {
  it('forwards pings and holds back only the closing frame, whose bytes travel with the end', () => {
    const { events, forwarded } = translate(...textFrames, closingFrame);
    expect(forwarded).toBe(textFrames.join(''));
    expect(forwarded).toContain(pingFrame);
    expect(events[0]).toEqual({ type: 'start', model: modelId });
    expect(events.at(-1)).toEqual({ type: 'closed', raw: { wire: 'anthropic', bytes: Buffer.from(closingFrame) } });
    expect(typesOf(events).slice(-3)).toEqual(['end', 'usage', 'closed']);
  });

  it('tells at once what the input was, once, for a stream that breaks off', () => {
    const first = { type: 'usage', usage: { ...usage, outputTokens: 1 }, interim: true };
    expect(translate(startFrame, startFrame).interim).toEqual([first]);
    expect(translate(frame('message_start', { message: { usage: { input_tokens: 5 } } })).interim).toMatchObject([
      { usage: { inputTokens: 5, outputTokens: 0 } },
    ]);
    expect(translate(frame('message_start', { message: { usage: {} } })).interim).toEqual([]);
  });

  it('keeps two texts, and two thoughts with a signature each, apart', () => {
    const { events } = translate(
      startFrame,
      blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
      blockDelta(0, 'thinking_delta', { thinking: 'Hm.' }),
      blockDelta(0, 'signature_delta', { signature: 'czA=' }),
      blockStop(0),
      blockStart(1, { type: 'redacted_thinking', data: 'aGlk' }),
      blockStop(1),
      blockStart(2, { type: 'text', text: 'One' }),
      blockDelta(2, 'text_delta', { text: '.' }),
      blockDelta(2, 'citations_delta', { citation: { type: 'page_location', cited_text: 'q', document_title: 'D' } }),
      blockStop(2),
      blockStart(3, { type: 'text', text: '' }),
      blockDelta(3, 'text_delta', { text: 'Two.' }),
      blockStop(3),
    );
    const at = { index: 0 };
    expect(events).toEqual([
      { type: 'start', model: modelId },
      { ...at, type: 'reasoning-delta', block: 0, text: 'Hm.' },
      { ...at, type: 'reasoning-delta', block: 0, text: '', signature: { wire: 'anthropic', value: 'czA=' } },
      {
        ...at,
        type: 'reasoning-delta',
        block: 1,
        text: '',
        hidden: true,
        signature: { wire: 'anthropic', value: 'redacted:aGlk' },
      },
      { ...at, type: 'text-delta', block: 2, text: 'One' },
      { ...at, type: 'text-delta', block: 2, text: '.' },
      { ...at, type: 'citation', citation: { url: null, title: 'D', quote: 'q', start: null, end: null } },
      { ...at, type: 'text-delta', block: 3, text: 'Two.' },
    ]);
  });

  it('counts tool calls and not blocks, and reads them interleaved', () => {
    const tool = (id: string) => ({ type: 'tool_use', id, name: `n${id}`, input: {} });
    const { events } = translate(
      startFrame,
      blockStart(1, tool('a')),
      blockStart(4, tool('b')),
      blockDelta(4, 'input_json_delta', { partial_json: '{"b"' }),
      blockDelta(1, 'input_json_delta', { partial_json: '{"a"' }),
      blockDelta(4, 'input_json_delta', { partial_json: ':1}' }),
      blockDelta(1, 'input_json_delta', { partial_json: ': not JSON' }),
      blockStop(4),
      blockStop(1),
    );
    const calls = events.flatMap((event) => (event.type === 'tool-call-delta' ? [event] : []));
    const joined = (call: number) => calls.map((delta) => (delta.call === call ? delta.arguments : '')).join('');
    expect([joined(0), joined(1)]).toEqual(['{"a": not JSON', '{"b":1}']);
    expect(calls.filter((delta) => delta.id !== undefined)).toMatchObject([
      { call: 0, id: 'a', name: 'na' },
      { call: 1, id: 'b', name: 'nb' },
    ]);
  });

  it.each([
    [{}, blockStop(0), '{}'],
    [undefined, blockStop(0), '{}'],
    [{ x: 1 }, blockStop(0), '{"x":1}'],
    [{}, '', '{}'],
  ])('gives a call that streams no arguments those it began with: %j', (input, stop, expected) => {
    const start = blockStart(0, { type: 'tool_use', id: 'a', name: 'n', input });
    const { events } = translate(startFrame, start, stop, messageDelta('tool_use'), closingFrame);
    const deltas = events.flatMap((event) => (event.type === 'tool-call-delta' ? [event.arguments] : []));
    expect(deltas).toEqual(['', expected]);
    expect(typesOf(events).indexOf('end')).toBeGreaterThan(typesOf(events).lastIndexOf('tool-call-delta'));
  });

  it('forwards the provider’s own tools, unknown events, blocks and deltas, and reads nothing into them', () => {
    const unknown = [
      startFrame,
      blockStart(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
      blockDelta(0, 'input_json_delta', { partial_json: '{"query":"x"}' }),
      blockStop(0),
      blockStart(1, { type: 'web_search_tool_result', tool_use_id: 's', content: [{ text: 'no' }] }),
      blockStop(1),
      blockDelta(7, 'new_delta', { value: 1 }),
      frame('new_event', { value: 1 }),
    ];
    const { events, forwarded } = translate(...unknown);
    expect(forwarded).toBe(unknown.join(''));
    expect(typesOf(events)).toEqual(['start']);
  });

  it.each([
    ['before they begin', []],
    ['after they end', [blockStart(0, { type: 'tool_use', id: 'a', name: 'n', input: {} }), blockStop(0)]],
  ])('breaks off where arguments come %s', (_when, before) => {
    const late = blockDelta(0, 'input_json_delta', { partial_json: '{}' });
    const { translator, events, forwarded } = translate(startFrame, ...before, late, closingFrame);
    expect(translator.failure?.kind).toBe('invalid');
    expect(forwarded).toBe(startFrame + before.join(''));
    expect(typesOf(events)).not.toContain('closed');
  });

  it('reads text whose beginning was lost', () => {
    const { events } = translate(blockDelta(0, 'text_delta', { text: 'late' }), startFrame);
    expect(events).toEqual([
      { type: 'start', model: null },
      { type: 'text-delta', index: 0, block: 0, text: 'late' },
    ]);
  });

  const usagesOf = (...pieces: string[]) =>
    translate(startFrame, ...pieces, closingFrame).events.flatMap((event) =>
      event.type === 'usage' ? [event.usage] : [],
    );

  it('takes the last figures of the output and the greatest of the input', () => {
    expect(usagesOf(messageDelta('end_turn'))).toEqual([usage]);
    expect(usagesOf(messageDelta('end_turn', { usage: { ...wireUsage, input_tokens: 0 } }))).toEqual([usage]);
    const twice = messageDelta('end_turn', { usage: { output_tokens: 3 } }) + messageDelta('end_turn');
    expect(usagesOf(twice).at(-1)).toEqual(usage);
    const early = frame('message_delta', { delta: {}, usage: { output_tokens: 17 } }) + messageDelta('end_turn', {});
    expect(usagesOf(early)).toEqual([usage]);
  });

  it.each([[{}], [{ usage: null }], [{ usage: { output_tokens: 'many' } }]])(
    'says that usage is missing where the end brings %j: the first event knows no output',
    (fields) => {
      expect(usagesOf(messageDelta('end_turn', fields))).toEqual([]);
    },
  );

  it('reads usage that comes with the end only', () => {
    const bare = frame('message_start', { message: { model: 'm' } });
    const { events } = translate(bare, messageDelta('end_turn', { usage: wireUsage }));
    expect(events).toContainEqual({ type: 'usage', usage });
  });

  it('names the stop sequence at the end', () => {
    const delta = { stop_reason: 'stop_sequence', stop_sequence: 'END' };
    const { events } = translate(startFrame, frame('message_delta', { delta, usage: { output_tokens: 1 } }));
    expect(events).toContainEqual({ type: 'end', index: 0, finishReason: 'stop', stopSequence: 'END' });
  });

  it.each([
    ['overloaded_error', 'status', 529],
    ['rate_limit_error', 'status', 429],
    ['something_new', 'invalid', null],
  ])('tells %s in the middle as %s %s', (type, kind, status) => {
    const error = `event: error\ndata: ${wireError(type, 'Overloaded')}\n\n`;
    const { translator, events, forwarded } = translate(startFrame, error, closingFrame);
    expect(translator.failure).toMatchObject({ kind, status, message: 'Overloaded' });
    expect(events.at(-1)).toEqual({ type: 'error', kind, status, message: 'Overloaded' });
    expect(forwarded).toBe(startFrame);
  });

  it('takes a frame named error as one, whatever is in it', () => {
    expect(translate('event: error\ndata: {"message":"gone"}\n\n').translator.failure?.message).toBe('gone');
  });

  it.each([
    ['text', textFrames],
    ['tools', toolFrames],
  ])('gives the same %s for a cut at every byte', (_name, frames) => {
    const whole = Buffer.from([...frames, closingFrame].join(''));
    const read = (...reads: readonly Buffer[]) => {
      const translator = createSseTranslator(createMessageReader(), provider);
      return [...reads.flatMap((piece) => translator.push(piece)), ...translator.end()].flatMap(
        (given) => given.events,
      );
    };
    const expected = read(whole);
    for (let cut = 1; cut < whole.length; cut += 1) {
      expect(read(whole.subarray(0, cut), whole.subarray(cut))).toEqual(expected);
    }
  });

  it.each([
    ['{"type":"content_block_delta","index":"0","delta":{"type":"text_delta","text":"a"}}', 'text-delta'],
    ['{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":7}}', undefined],
    ['{"type":"content_block_delta","index":0,"delta":"a"}', undefined],
    ['{"type":"content_block_start","index":0,"content_block":[]}', undefined],
    ['{"type":"message_delta","delta":null,"usage":[]}', undefined],
    ['{"type":7}', undefined],
  ])('survives fields of another type: %s', (data, type) => {
    const { translator, events } = translate(startFrame, `data: ${data}\n\n`);
    expect(translator.failure).toBeNull();
    expect(events[1]?.type).toBe(type);
  });
});
