/** From the stream of a response (OpenAI's Responses API) to `AnswerFrame`s. */
import type { AnswerEvent } from '@reeve/contracts';
import { readIndex, readRecord, readText, type JsonRecord } from '../read-json.ts';
import type { SseReader } from '../sse-translator.ts';
import { readArguments, readTokenList, RESPONSES_WIRE } from './openai-wire.ts';
import {
  isToolCall,
  readOutcome,
  readResponseError,
  readResponseUsage,
  readSignature,
  readTextAnnotations,
} from './responses-wire.ts';

/** The closing frame repeats the whole response; events that Reeve does not model are forwarded unread. */
export function createResponsesReader(): SseReader {
  return new ResponsesReader();
}

class ResponsesReader implements SseReader {
  readonly wire = RESPONSES_WIRE;
  readonly findError = readResponseError;
  /** Output item → the number of its tool call. */
  readonly #calls = new Map<number, number>();
  readonly #thoughts = new Set<number>();
  #started = false;

  read(chunk: JsonRecord, _event: string | null, events: AnswerEvent[]): 'forward' | 'close' {
    const response = readRecord(chunk.response);
    if (!this.#started) events.push({ type: 'start', model: readText(response?.model) });
    this.#started = true;
    if (chunk.type === 'response.completed' || chunk.type === 'response.incomplete') {
      closeWith(response ?? {}, events);
      return 'close';
    }
    this.#readDelta(chunk, readIndex(chunk.output_index, 0), events);
    return 'forward';
  }

  #readDelta(chunk: JsonRecord, block: number, events: AnswerEvent[]): void {
    const text = readText(chunk.delta);
    switch (chunk.type) {
      case 'response.output_text.delta':
        if (text !== null) events.push(toTextDelta(chunk, block, text));
        break;
      case 'response.refusal.delta':
        if (text !== null) events.push({ type: 'refusal-delta', index: 0, text });
        break;
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        if (text !== null) this.#readThought(block, text, events);
        break;
      case 'response.output_text.annotation.added':
        for (const citation of readTextAnnotations([chunk.annotation])) {
          events.push({ type: 'citation', index: 0, citation });
        }
        break;
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        events.push({ type: 'tool-call-delta', index: 0, call: this.#numberOf(block), arguments: text ?? '' });
        break;
      case 'response.output_item.added':
      case 'response.output_item.done':
        this.#readItem(readRecord(chunk.item), block, { events, done: chunk.type === 'response.output_item.done' });
        break;
    }
  }

  #readThought(block: number, text: string, events: AnswerEvent[]): void {
    this.#thoughts.add(block);
    events.push({ type: 'reasoning-delta', index: 0, block, text });
  }

  #readItem(item: JsonRecord | null, block: number, { events, done }: { events: AnswerEvent[]; done: boolean }): void {
    if (isToolCall(item) && !this.#calls.has(block)) {
      const id = readText(item.call_id) ?? readText(item.id) ?? '';
      // A call that comes whole has no deltas.
      const text = done ? readArguments(item.arguments ?? item.input) : '';
      const name = readText(item.name) ?? '';
      events.push({ type: 'tool-call-delta', index: 0, call: this.#numberOf(block), id, name, arguments: text });
    }
    const signature = done && item?.type === 'reasoning' ? readSignature(item) : null;
    if (signature === null) return;
    const hidden = this.#thoughts.has(block) ? {} : { hidden: true };
    events.push({ type: 'reasoning-delta', index: 0, block, text: '', signature, ...hidden });
  }

  #numberOf(block: number): number {
    const number = this.#calls.get(block) ?? this.#calls.size;
    this.#calls.set(block, number);
    return number;
  }
}

function toTextDelta(chunk: JsonRecord, block: number, text: string): AnswerEvent {
  const logprobs = chunk.logprobs === undefined ? null : readTokenList(chunk.logprobs);
  return { type: 'text-delta', index: 0, block, text, ...(logprobs === null ? {} : { logprobs }) };
}

function closeWith(response: JsonRecord, events: AnswerEvent[]): void {
  events.push({ type: 'end', index: 0, finishReason: readOutcome(response) });
  const usage = readResponseUsage(response.usage);
  if (usage !== null) events.push({ type: 'usage', usage });
}
