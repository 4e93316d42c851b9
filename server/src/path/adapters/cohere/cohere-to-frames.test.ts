import { describe, expect, it } from 'vitest';
import { createSseTranslator } from '../sse-translator.ts';
import {
  endFrame,
  frameOf,
  messageFrame,
  provider,
  startFrame,
  textFrames,
  toolFrames,
  usage,
} from './cohere.fixtures.ts';
import { createCohereReader } from './cohere-to-frames.ts';

function translate(text: string) {
  const translator = createSseTranslator(createCohereReader(), provider);
  const frames = [...translator.push(Buffer.from(text)), ...translator.end()];
  return { translator, events: frames.flatMap((frame) => frame.events) };
}

const toolFrame = (type: string, index: number, call: object) => messageFrame(type, index, { tool_calls: call });

describe('cohere-to-frames', () => {
  it('reads thoughts and texts block by block, with log probabilities', () => {
    const { events } = translate(
      startFrame +
        messageFrame('content-start', 0, { content: { type: 'thinking', thinking: '' } }) +
        messageFrame('content-delta', 0, { content: { thinking: 'Sticks vary.' } }) +
        frameOf('content-end', { index: 0 }) +
        messageFrame('content-delta', 1, { content: { text: 'Long.' } }, { logprobs: { logprobs: [-0.5, -0.25] } }) +
        endFrame('STOP_SEQUENCE'),
    );
    expect(events).toMatchObject([
      { type: 'start', model: null },
      { type: 'reasoning-delta', index: 0, block: 0, text: 'Sticks vary.' },
      { type: 'text-delta', block: 1, text: 'Long.', logprobs: [{ token: 'Long.', logprob: -0.75, top: [] }] },
      { type: 'end', index: 0, finishReason: 'stop' },
      { type: 'usage', usage },
      { type: 'closed', raw: { wire: 'cohere', bytes: Buffer.from(endFrame('STOP_SEQUENCE')) } },
    ]);
  });

  it('reads the plan as a thought, signed once where it ends', () => {
    const plans = translate(toolFrames.join('') + endFrame('TOOL_CALL')).events.flatMap((event) =>
      event.type === 'reasoning-delta' ? [event] : [],
    );
    expect(plans).toEqual([
      { type: 'reasoning-delta', index: 0, block: 0, text: 'I will ' },
      { type: 'reasoning-delta', index: 0, block: 0, text: 'look.' },
      {
        type: 'reasoning-delta',
        index: 0,
        block: 0,
        text: '',
        signature: { wire: 'cohere', value: 'tool_plan' },
      },
    ]);
  });

  it('keeps interleaved and out-of-order pieces of parallel calls together', () => {
    const start = (index: number, id: string) => toolFrame('tool-call-start', index, { id, function: { name: id } });
    const delta = (index: number, text: string) =>
      toolFrame('tool-call-delta', index, { function: { arguments: text } });
    const { events } = translate(
      start(1, 'a') + delta(2, '[') + delta(1, '{') + start(2, 'b') + delta(2, ']') + delta(1, '}'),
    );
    const seen = events.flatMap((event) =>
      event.type === 'tool-call-delta' ? [[event.call, event.id, event.arguments]] : [],
    );
    expect(seen).toEqual([
      [0, 'a', ''],
      [1, undefined, '['],
      [0, undefined, '{'],
      [1, 'b', ''],
      [1, undefined, ']'],
      [0, undefined, '}'],
    ]);
  });

  it('reads citations, in places of the text so far', () => {
    const citation = { start: 2, end: 8, text: 'Sticks', sources: [{ type: 'document', id: 'doc:1' }] };
    const { events } = translate(
      messageFrame('content-delta', 0, { content: { text: '🌾 Sticks vary.' } }) +
        messageFrame('citation-start', 0, { citations: citation }) +
        messageFrame('citation-start', 1, { citations: [{ ...citation, type: 'PLAN' }] }) +
        frameOf('citation-end', { index: 0 }),
    );
    expect(events.slice(2)).toEqual([
      { type: 'citation', index: 0, citation: { url: null, title: 'doc:1', quote: null, start: 3, end: 9 } },
    ]);
  });

  it('closes without usage where none is told', () => {
    const { events } = translate(startFrame + frameOf('message-end', {}));
    expect(events.map((event) => event.type)).toEqual(['start', 'end', 'closed']);
  });

  it.each([
    [endFrame('ERROR', {}), { kind: 'invalid', message: 'The provider gave up its answer.' }],
    [endFrame('TIMEOUT', {}), { kind: 'status', status: 504 }],
    [endFrame('COMPLETE', { error: 'overheated' }), { kind: 'invalid', message: 'overheated' }],
    ['data: {"id":"f1","message":"too many requests"}\n\n', { kind: 'invalid', message: 'too many requests' }],
    ['event: error\ndata: {}\n\n', { kind: 'invalid', message: 'The provider reported an error.' }],
    ['data: {"type":"content-del\n\n', { kind: 'invalid', message: 'The provider sent a frame that cannot be read.' }],
  ])('sees the failure in %j', (frame, expected) => {
    const { translator, events } = translate(textFrames[0] + frame + endFrame('COMPLETE'));
    expect(translator.failure).toMatchObject(expected);
    expect(events.at(-1)?.type).toBe('error');
  });

  it('passes over events it does not know and fields of other types', () => {
    const { events } = translate(
      frameOf('debug', { prompt: 'x' }) +
        messageFrame('content-delta', 0, { content: 7 }) +
        messageFrame('tool-call-delta', 0, { tool_calls: 'none' }) +
        frameOf('tool-plan-delta', { delta: 'I' }) +
        messageFrame('citation-start', 0, {}),
    );
    expect(events).toEqual([{ type: 'start', model: null }]);
  });
});
