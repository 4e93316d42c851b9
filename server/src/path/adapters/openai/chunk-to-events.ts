import type { AnswerEvent } from '@reeve/contracts';
import { readIndex, readList, readRecord, readText, type JsonRecord } from '../read-json.ts';
import { readContent, readFinishReason, readLogprobs, readReasoning, readUsage } from './openai-wire.ts';

/** Adds what one chunk says. Usage counts wherever it stands: some servers send it with every chunk. */
export function chunkToEvents(chunk: JsonRecord, events: AnswerEvent[]): void {
  const choices = readList(chunk.choices);
  for (let position = 0; position < choices.length; position += 1) {
    const choice = readRecord(choices[position]);
    if (choice !== null) choiceToEvents(choice, position, events);
  }
  const usage = readUsage(chunk.usage);
  if (usage !== null) events.push({ type: 'usage', usage });
}

/** The chunk that a stream adds where usage was asked for: no choice, only the figures. */
export function isUsageOnly(chunk: JsonRecord): boolean {
  return Array.isArray(chunk.choices) && chunk.choices.length === 0 && readRecord(chunk.usage) !== null;
}

function choiceToEvents(choice: JsonRecord, position: number, events: AnswerEvent[]): void {
  const index = readIndex(choice.index, position);
  const delta = readRecord(choice.delta);
  if (delta !== null) {
    const reasoning = readReasoning(delta);
    const text = readContent(delta.content);
    const refusal = readText(delta.refusal);
    if (reasoning !== null) events.push({ type: 'reasoning-delta', index, text: reasoning });
    if (text !== null) events.push(toTextDelta(choice, index, text));
    if (refusal !== null) events.push({ type: 'refusal-delta', index, text: refusal });
    if (delta.tool_calls !== undefined) toolCallsToEvents(readList(delta.tool_calls), index, events);
  }
  const reason = readText(choice.finish_reason);
  if (reason !== null) events.push({ type: 'end', index, finishReason: readFinishReason(reason) });
}

function toTextDelta(choice: JsonRecord, index: number, text: string): AnswerEvent {
  const logprobs = choice.logprobs == null ? null : readLogprobs(choice.logprobs);
  return { type: 'text-delta', index, text, ...(logprobs === null ? {} : { logprobs }) };
}

function toolCallsToEvents(calls: readonly unknown[], index: number, events: AnswerEvent[]): void {
  for (const [position, value] of calls.entries()) {
    const call = readRecord(value);
    if (call === null) continue;
    const tool = readRecord(call.function) ?? readRecord(call.custom);
    const id = readText(call.id);
    const name = readText(tool?.name);
    events.push({
      type: 'tool-call-delta',
      index,
      call: readIndex(call.index, position),
      ...(id === null ? {} : { id }),
      ...(name === null ? {} : { name }),
      arguments: readText(tool?.arguments) ?? readText(tool?.input) ?? '',
    });
  }
}
