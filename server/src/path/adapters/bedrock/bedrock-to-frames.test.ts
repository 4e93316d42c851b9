import { describe, expect, it } from 'vitest';
import type { AnswerEvent } from '@reeve/contracts';
import {
  blockStop,
  delta,
  errorFrame,
  metadata,
  provider,
  start,
  stop,
  textFrames,
  toEvent,
  toException,
  toolStart,
} from './bedrock.fixtures.ts';
import { createBedrockTranslator } from './bedrock-to-frames.ts';

function read(...frames: readonly string[]) {
  const translator = createBedrockTranslator(provider);
  const given = [...translator.push(Buffer.from(frames.join(''), 'latin1')), ...translator.end()];
  return { events: given.flatMap((frame): readonly AnswerEvent[] => frame.events), translator };
}
const eventsOf = (...frames: readonly string[]) => read(...frames).events;

describe('blocks', () => {
  it('of thoughts keep their signatures apart', () => {
    const reasoning = (block: number, content: object) => delta(block, { reasoningContent: content });
    expect(
      eventsOf(
        start,
        reasoning(0, { text: 'hm' }),
        reasoning(0, { signature: 'sig' }),
        blockStop(0),
        reasoning(1, { redactedContent: 'cmVk' }),
        delta(2, { text: 'Yes.' }),
      ),
    ).toEqual([
      { type: 'start', model: null },
      { type: 'reasoning-delta', index: 0, block: 0, text: 'hm' },
      { type: 'reasoning-delta', index: 0, block: 0, text: '', signature: { wire: 'bedrock', value: 'sig' } },
      {
        type: 'reasoning-delta',
        index: 0,
        block: 1,
        text: '',
        hidden: true,
        signature: { wire: 'bedrock', value: 'cmVk' },
      },
      { type: 'text-delta', index: 0, block: 2, text: 'Yes.' },
    ]);
  });

  it('of tools may come at once, out of order or without a beginning', () => {
    const input = (block: number, text: string) => delta(block, { toolUse: { input: text } });
    const events = eventsOf(
      start,
      toolStart(1, { toolUseId: 'a', name: 'one' }),
      toolStart(2, { toolUseId: 'b', name: 'two' }),
      input(2, '{"b":'),
      input(1, 'not json'),
      input(2, '2}'),
      input(5, '{}'),
      blockStop(2),
      blockStop(1),
    );
    const joined = new Map<number, string>();
    for (const event of events) {
      if (event.type === 'tool-call-delta') joined.set(event.call, (joined.get(event.call) ?? '') + event.arguments);
    }
    expect([...joined]).toEqual([
      [0, 'not json'],
      [1, '{"b":2}'],
      [2, '{}'],
    ]);
  });

  it('of a tool without arguments end with an empty object', () => {
    const events = eventsOf(start, toolStart(0, { toolUseId: 'a', name: 'now' }), blockStop(0), blockStop(0));
    expect(events.slice(1)).toEqual([
      { type: 'tool-call-delta', index: 0, call: 0, id: 'a', name: 'now', arguments: '' },
      { type: 'tool-call-delta', index: 0, call: 0, arguments: '{}' },
    ]);
  });

  it('bring citations', () => {
    const events = eventsOf(start, delta(0, { citation: { title: 'A', sourceContent: [{ text: 'q' }] } }));
    expect(events.at(-1)).toEqual({
      type: 'citation',
      index: 0,
      citation: { url: null, title: 'A', quote: 'q', start: null, end: null },
    });
  });

  it('that are unknown or of another type say nothing', () => {
    const odd = [
      delta(0, { hologram: 1 }),
      toEvent('contentBlockDelta', { delta: 7 }),
      toEvent('contentBlockStart', { contentBlockIndex: 'x', start: { image: {} } }),
    ];
    expect(eventsOf(start, ...odd)).toEqual([{ type: 'start', model: null }]);
  });
});

describe('the end', () => {
  it('is whole without the figures, which are missing then', () => {
    const { events, translator } = read(...textFrames);
    expect(events.at(-1)).toEqual({ type: 'closed' });
    expect(events.some((event) => event.type === 'usage')).toBe(false);
    expect(translator.closed).toBe(true);
  });

  it('is not whole before the model said why it stopped', () => {
    expect(read(...textFrames.slice(0, -1)).translator.closed).toBe(false);
  });

  it('carries the closing frame for a caller of the same wire, and nothing is read behind it', () => {
    const { events } = read(...textFrames, metadata, delta(0, { text: 'late' }), errorFrame);
    expect(events.at(-1)).toEqual({
      type: 'closed',
      raw: { wire: 'bedrock', bytes: Buffer.from(metadata, 'latin1') },
    });
  });

  it('says when a guardrail stepped in, and at which sequence the model stopped', () => {
    expect(eventsOf(start, stop('guardrail_intervened'))).toContainEqual({
      type: 'end',
      index: 0,
      finishReason: 'content-filter',
    });
    const stopped = { stopReason: 'stop_sequence', additionalModelResponseFields: { stop_sequence: 'x' } };
    expect(eventsOf(start, toEvent('messageStop', stopped))).toContainEqual({
      type: 'end',
      index: 0,
      finishReason: 'stop',
      stopSequence: 'x',
    });
  });
});

describe('exceptions', () => {
  it.each([
    ['throttlingException', 429],
    ['validationException', 400],
    ['internalServerException', 500],
    ['modelStreamErrorException', 424],
    ['serviceUnavailableException', 503],
  ])('%s is a %i', (type, status) => {
    const { events, translator } = read(start, toException(type, { message: 'It broke.' }), metadata);
    expect(events).toEqual([
      { type: 'start', model: null },
      { type: 'error', kind: 'status', status, message: 'It broke.' },
    ]);
    expect(translator.failure).toMatchObject({ kind: 'status', status, body: { wire: 'bedrock' } });
    expect(Buffer.from(translator.failure?.body?.bytes ?? []).toString()).toBe('{"message":"It broke."}');
  });

  it('that are new have no status, and are named where they say nothing', () => {
    expect(eventsOf(start, toException('surpriseException', {})).at(-1)).toEqual({
      type: 'error',
      kind: 'invalid',
      status: null,
      message: 'surpriseException',
    });
  });
});

it('a payload that is no JSON object breaks the stream', () => {
  const frame = toException('x', {}).replace('exception', 'exceptiom');
  expect(eventsOf(start, frame).at(-1)).toEqual({
    type: 'error',
    kind: 'invalid',
    status: null,
    message: 'The provider sent a frame that cannot be read.',
  });
});
