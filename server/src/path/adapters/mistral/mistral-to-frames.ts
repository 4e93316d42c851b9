/** From the stream of a Mistral answer to `AnswerEvent`s. */
import type { AnswerEvent } from '@reeve/contracts';
import { createToolCallNumbering, type NumberToolCall } from '../number-tool-calls.ts';
import { readIndex, readList, readRecord, readText, type JsonRecord } from '../read-json.ts';
import type { SseReader } from '../sse-translator.ts';
import {
  readContent,
  readError,
  readFinishReason,
  readToolCalls,
  readUsage,
  WIRE,
  type ContentPiece,
} from './mistral-wire.ts';

/** Reads a stream of chunks; usage stands in the last one, unasked, and counts wherever it stands. */
export function createMistralReader(): SseReader {
  const numberings = new Map<number, NumberToolCall>();
  let started = false;
  return {
    wire: WIRE,
    closingData: '[DONE]',
    findError: (chunk, event) => readError(chunk) ?? (event === 'error' ? readError({ error: chunk }) : null),
    read(chunk, _event, events) {
      if (!started) events.push({ type: 'start', model: readText(chunk.model) });
      started = true;
      for (const [position, item] of readList(chunk.choices).entries()) {
        const choice = readRecord(item);
        if (choice !== null) choiceToEvents(choice, readIndex(choice.index, position), numberings, events);
      }
      const usage = readUsage(chunk.usage);
      if (usage !== null) events.push({ type: 'usage', usage });
      return 'forward';
    },
  };
}

function choiceToEvents(
  choice: JsonRecord,
  index: number,
  numberings: Map<number, NumberToolCall>,
  events: AnswerEvent[],
): void {
  const delta = readRecord(choice.delta);
  for (const piece of readContent(delta?.content)) events.push(toEvent(piece, index));
  for (const [position, call] of readToolCalls(delta?.tool_calls).entries()) {
    const numberCall = numberings.get(index) ?? createToolCallNumbering();
    numberings.set(index, numberCall);
    const number = numberCall(readIndex(call.index, position), call.id);
    events.push({
      type: 'tool-call-delta',
      index,
      call: number,
      ...(call.id === null ? {} : { id: call.id }),
      ...(call.name === null ? {} : { name: call.name }),
      arguments: call.arguments,
    });
  }
  const reason = readText(choice.finish_reason);
  if (reason !== null) events.push({ type: 'end', index, finishReason: readFinishReason(reason) });
}

function toEvent(piece: ContentPiece, index: number): AnswerEvent {
  switch (piece.type) {
    case 'text':
      return { type: 'text-delta', index, text: piece.text };
    case 'reasoning':
      return { type: 'reasoning-delta', index, text: piece.text };
    case 'citation':
      return { type: 'citation', index, citation: piece.citation };
  }
}
