import type { AnswerFrame, AnswerPart, CallParams } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import type { Invocation } from './adapter.ts';
import { foreignCall } from './anthropic/anthropic.fixtures.ts';
import { keepOneCall } from './keep-one-call.ts';

const callWith = (params: CallParams) => foreignCall([], params);
const toolCall = (index: number, id: string): AnswerPart => ({
  type: 'tool-call',
  index,
  id,
  name: 'look',
  arguments: '{}',
});
const text: AnswerPart = { type: 'text', index: 0, text: 'I look.' };
const end: AnswerPart = { type: 'end', index: 0, finishReason: 'tool-calls' };

function answerOf(...parts: AnswerPart[]): Invocation {
  const usage = { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0, estimated: false };
  return { type: 'answer', answer: { kind: 'chat', model: null, parts, usage } };
}

async function* stream(...frames: AnswerFrame[]): AsyncGenerator<AnswerFrame> {
  yield* frames;
}

describe('an answer to somebody who wants one call at most', () => {
  it('keeps the first call of each choice', () => {
    const given = answerOf(text, toolCall(0, 'a'), toolCall(0, 'b'), end, toolCall(1, 'c'), toolCall(1, 'd'));
    const kept = keepOneCall(callWith({ parallelToolCalls: false }), given);
    expect(kept).toEqual(answerOf(text, toolCall(0, 'a'), end, toolCall(1, 'c')));
  });

  it('keeps in a stream all pieces of the first call, and none of the others', async () => {
    const piece = (call: number) => ({ type: 'tool-call-delta', index: 0, call, arguments: '{' }) as const;
    const frames = stream({ events: [piece(0), piece(1)] }, { events: [piece(1)] }, { events: [piece(0)] });
    const kept = keepOneCall(callWith({ parallelToolCalls: false }), { type: 'stream', frames });
    if (kept.type !== 'stream') throw new Error(kept.type);
    const events: unknown[] = [];
    for await (const frame of kept.frames) events.push(frame.events);
    expect(events).toEqual([[piece(0)], [], [piece(0)]]);
  });
});

it('an answer to anybody else stays as it is', () => {
  const given = answerOf(toolCall(0, 'a'), toolCall(0, 'b'));
  expect(keepOneCall(callWith({ parallelToolCalls: true }), given)).toBe(given);
  expect(keepOneCall(callWith({}), given)).toBe(given);
});
