import type { AnswerEvent } from '@reeve/contracts';
import { createToolCallNumbering, type NumberToolCall } from '../number-tool-calls.ts';
import { readIndex, readList, readRecord, readText, type JsonRecord } from '../read-json.ts';
import {
  readAnnotations,
  readArguments,
  readContent,
  readFinishReason,
  readLogprobs,
  readReasoning,
  readUsage,
} from './openai-wire.ts';

/** The numbering of each choice's tool calls; one for each stream. */
export type ToolCallNumberings = Map<number, NumberToolCall>;

/** Adds what one chunk says. Usage counts wherever it stands: some servers send it with every chunk. */
export function chunkToEvents(chunk: JsonRecord, events: AnswerEvent[], numberings: ToolCallNumberings): void {
  const choices = readList(chunk.choices);
  for (let position = 0; position < choices.length; position += 1) {
    const choice = readRecord(choices[position]);
    if (choice !== null) choiceToEvents(choice, position, events, numberings);
  }
  const usage = readUsage(chunk.usage);
  if (usage !== null) events.push({ type: 'usage', usage });
}

/** The chunk that a stream adds where usage was asked for: no choice, only the figures. */
export function isUsageOnly(chunk: JsonRecord): boolean {
  return Array.isArray(chunk.choices) && chunk.choices.length === 0 && readRecord(chunk.usage) !== null;
}

function choiceToEvents(
  choice: JsonRecord,
  position: number,
  events: AnswerEvent[],
  numberings: ToolCallNumberings,
): void {
  const index = readIndex(choice.index, position);
  const delta = readRecord(choice.delta);
  if (delta !== null) {
    const reasoning = readReasoning(delta);
    const text = readContent(delta.content);
    const refusal = readText(delta.refusal);
    if (reasoning !== null) events.push({ type: 'reasoning-delta', index, text: reasoning });
    if (text !== null) events.push(toTextDelta(choice, index, text));
    if (refusal !== null) events.push({ type: 'refusal-delta', index, text: refusal });
    if (delta.audio !== undefined) audioToEvents(delta.audio, index, events);
    for (const citation of delta.annotations === undefined ? [] : readAnnotations(delta.annotations)) {
      events.push({ type: 'citation', index, citation });
    }
    if (delta.tool_calls !== undefined) toolCallsToEvents(readList(delta.tool_calls), index, events, numberings);
  }
  const reason = readText(choice.finish_reason);
  if (reason !== null) events.push({ type: 'end', index, finishReason: readFinishReason(reason) });
}

function toTextDelta(choice: JsonRecord, index: number, text: string): AnswerEvent {
  const logprobs = choice.logprobs == null ? null : readLogprobs(choice.logprobs);
  return { type: 'text-delta', index, text, ...(logprobs === null ? {} : { logprobs }) };
}

/** Pieces of the sound and of its transcript; others carry only an id or how long it is kept. */
function audioToEvents(value: unknown, index: number, events: AnswerEvent[]): void {
  const audio = readRecord(value);
  const data = readText(audio?.data);
  const transcript = readText(audio?.transcript);
  if (data === null && transcript === null) return;
  events.push({ type: 'audio-delta', index, data: data ?? '', transcript: transcript ?? '' });
}

function toolCallsToEvents(
  calls: readonly unknown[],
  index: number,
  events: AnswerEvent[],
  numberings: ToolCallNumberings,
): void {
  const number = numberings.get(index) ?? createToolCallNumbering();
  numberings.set(index, number);
  for (const [position, value] of calls.entries()) {
    const call = readRecord(value);
    if (call === null) continue;
    const tool = readRecord(call.function) ?? readRecord(call.custom);
    const id = readText(call.id);
    const name = readText(tool?.name);
    events.push({
      type: 'tool-call-delta',
      index,
      call: number(readIndex(call.index, position), id),
      ...(id === null ? {} : { id }),
      ...(name === null ? {} : { name }),
      arguments: readArguments(tool?.arguments ?? tool?.input),
    });
  }
}
