import type { AnswerFrame, AnswerPart, Call } from '@reeve/contracts';
import type { Invocation } from './adapter.ts';

/**
 * For wires that cannot be told to call one tool at most, where the caller wants no more: the first call of each choice
 * stays. What the model still wants after its result it calls in the next step.
 */
export function keepOneCall({ params }: Call, invocation: Invocation): Invocation {
  if (params.parallelToolCalls !== false || invocation.type === 'failure') return invocation;
  if (invocation.type === 'stream') return { type: 'stream', frames: keepInFrames(invocation.frames) };
  const { answer } = invocation;
  return { type: 'answer', answer: { ...answer, parts: keepInParts(answer.parts) } };
}

function keepInParts(parts: readonly AnswerPart[]): AnswerPart[] {
  const called = new Set<number>();
  return parts.filter(({ type, index }) => {
    if (type !== 'tool-call') return true;
    const isFirst = !called.has(index);
    called.add(index);
    return isFirst;
  });
}

async function* keepInFrames(frames: AsyncIterable<AnswerFrame>): AsyncGenerator<AnswerFrame> {
  for await (const frame of frames) {
    const events = frame.events.filter((event) => event.type !== 'tool-call-delta' || event.call === 0);
    yield events.length === frame.events.length ? frame : { ...frame, events };
  }
}
