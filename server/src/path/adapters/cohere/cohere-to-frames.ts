/** From the stream of a Cohere answer to `AnswerEvent`s. */
import type { AnswerEvent } from '@reeve/contracts';
import { createToolCallNumbering } from '../number-tool-calls.ts';
import { readIndex, readRecord, readText, type JsonRecord } from '../read-json.ts';
import type { SseReader } from '../sse-translator.ts';
import {
  PLAN_SIGNATURE,
  readBlock,
  readCitation,
  readError,
  readFinishReason,
  readLogprob,
  readToolCall,
  readUsage,
  WIRE,
} from './cohere-wire.ts';

/** Reads a stream of events, each of which names its `type`; `message-end` closes it and brings the usage. */
export function createCohereReader(): SseReader {
  const stream = new CohereStream();
  return {
    wire: WIRE,
    findError: (chunk, event) => readError(chunk) ?? (event === 'error' ? { message: '', status: null } : null),
    read: (chunk, _event, events) => stream.read(chunk, events),
  };
}

class CohereStream {
  readonly #numberCall = createToolCallNumbering();
  /** The text of each block so far, which citations count in. */
  readonly #texts = new Map<number, string>();
  /** The blocks that came so far, by Cohere's own number; the plan for tools is one without. */
  readonly #blocks: (number | 'plan')[] = [];
  #started = false;
  #isPlanning = false;

  read(chunk: JsonRecord, events: AnswerEvent[]): 'forward' | 'close' {
    if (!this.#started) events.push({ type: 'start', model: null });
    this.#started = true;
    const message = readRecord(readRecord(chunk.delta)?.message);
    switch (chunk.type) {
      case 'content-start':
      case 'content-delta':
        this.#readContent(chunk, message, events);
        break;
      case 'tool-plan-delta':
        this.#readPlan(message, events);
        break;
      case 'tool-call-start':
      case 'tool-call-delta':
        this.#endPlan(events);
        this.#readToolCall(chunk, message, events);
        break;
      case 'citation-start':
        this.#readCitations(message, events);
        break;
      case 'message-end':
        this.#endPlan(events);
        readEnd(chunk, events);
        return 'close';
    }
    return 'forward';
  }

  #readContent(chunk: JsonRecord, message: JsonRecord | null, events: AnswerEvent[]): void {
    const block = readBlock(message?.content);
    if (block === null) return;
    const at = readIndex(chunk.index, 0);
    const place = { index: 0, block: this.#findBlock(at) };
    if (block.type === 'reasoning') {
      events.push({ type: 'reasoning-delta', ...place, text: block.text });
      return;
    }
    this.#texts.set(at, (this.#texts.get(at) ?? '') + block.text);
    const logprobs = readLogprob(chunk.logprobs, block.text);
    events.push({ type: 'text-delta', ...place, text: block.text, ...(logprobs.length === 0 ? {} : { logprobs }) });
  }

  #readPlan(message: JsonRecord | null, events: AnswerEvent[]): void {
    const text = readText(message?.tool_plan);
    if (text === null) return;
    this.#isPlanning = true;
    events.push({ type: 'reasoning-delta', index: 0, block: this.#findBlock('plan'), text });
  }

  #endPlan(events: AnswerEvent[]): void {
    if (!this.#isPlanning) return;
    this.#isPlanning = false;
    const block = this.#findBlock('plan');
    events.push({ type: 'reasoning-delta', index: 0, block, text: '', signature: PLAN_SIGNATURE });
  }

  #findBlock(block: number | 'plan'): number {
    const known = this.#blocks.indexOf(block);
    return known < 0 ? this.#blocks.push(block) - 1 : known;
  }

  #readToolCall(chunk: JsonRecord, message: JsonRecord | null, events: AnswerEvent[]): void {
    const calls = message?.tool_calls;
    const call = readToolCall(Array.isArray(calls) ? calls[0] : calls);
    if (call === null) return;
    events.push({
      type: 'tool-call-delta',
      index: 0,
      call: this.#numberCall(readIndex(chunk.index, 0), call.id),
      ...(call.id === null ? {} : { id: call.id }),
      ...(call.name === null ? {} : { name: call.name }),
      arguments: call.arguments,
    });
  }

  #readCitations(message: JsonRecord | null, events: AnswerEvent[]): void {
    const given = message?.citations;
    for (const item of Array.isArray(given) ? given : [given]) {
      const [firstBlock = 0] = this.#texts.keys();
      const block = readIndex(readRecord(item)?.content_index, firstBlock);
      for (const citation of readCitation(item, this.#texts.get(block) ?? '')) {
        events.push({ type: 'citation', index: 0, citation });
      }
    }
  }
}

function readEnd(chunk: JsonRecord, events: AnswerEvent[]): void {
  const delta = readRecord(chunk.delta);
  events.push({ type: 'end', index: 0, finishReason: readFinishReason(delta?.finish_reason) });
  const usage = readUsage(delta?.usage);
  if (usage !== null) events.push({ type: 'usage', usage });
}
