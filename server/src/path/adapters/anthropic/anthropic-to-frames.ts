/** From the stream of a message to the events of `AnswerFrame`s. */
import type { AnswerEvent } from '@reeve/contracts';
import { readIndex, readRecord, readText, readTokens, type JsonRecord } from '../read-json.ts';
import type { SseReader, WireError } from '../sse-translator.ts';
import {
  readCitation,
  readEnd,
  readError,
  readUsage,
  toArguments,
  toRedactedSignature,
  toSignature,
  WIRE,
} from './anthropic-wire.ts';

/** Reads one stream of events. All are forwarded but error frames and the closing `message_stop`. */
export function createMessageReader(): SseReader {
  return new MessageReader();
}

/** A content block that began. `tool` is set where it is a call of the caller's tool. */
interface OpenBlock {
  open: boolean;
  tool: { call: number; input: unknown; written: boolean } | null;
}

const OUT_OF_ORDER: WireError = { message: 'The provider sent a part of a tool call that never began.', status: null };

class MessageReader implements SseReader {
  readonly wire = WIRE;
  readonly #blocks = new Map<number, OpenBlock>();
  #calls = 0;
  #started = false;
  #input: JsonRecord | null = null;

  /** Text without its beginning can still be read; arguments without theirs would belong to no call. */
  findError(chunk: JsonRecord, event: string | null): WireError | null {
    const error = readError(chunk) ?? (event === 'error' ? readError({ error: chunk }) : null);
    if (error !== null || readText(readRecord(chunk.delta)?.partial_json) === null) return error;
    return this.#blocks.get(readIndex(chunk.index, 0))?.open === true ? null : OUT_OF_ORDER;
  }

  /** Events and deltas that are not known are forwarded and say nothing: the wire may grow. */
  read(chunk: JsonRecord, event: string | null, events: AnswerEvent[]): 'forward' | 'close' {
    const type = readText(chunk.type) ?? event;
    if (type === 'message_stop' || event === 'message_stop') {
      this.#endTools(events);
      return 'close';
    }
    if (type === 'message_start') this.#startMessage(readRecord(chunk.message), events);
    else if (type === 'content_block_start') this.#startBlock(chunk, events);
    else if (type === 'content_block_delta') this.#readDelta(chunk, events);
    else if (type === 'content_block_stop') this.#endBlock(readIndex(chunk.index, 0), events);
    else if (type === 'message_delta') this.#endMessage(chunk, events);
    return 'forward';
  }

  #startMessage(message: JsonRecord | null, events: AnswerEvent[]): void {
    const isFirst = this.#input === null;
    this.#input ??= readRecord(message?.usage);
    this.#start(readText(message?.model), events);
    const usage = isFirst && this.#input !== null ? readUsage({ output_tokens: 0, ...this.#input }) : null;
    if (usage !== null) events.push({ type: 'usage', usage, interim: true });
  }

  #start(model: string | null, events: AnswerEvent[]): void {
    if (!this.#started) events.push({ type: 'start', model });
    this.#started = true;
  }

  #startBlock(chunk: JsonRecord, events: AnswerEvent[]): void {
    this.#start(null, events);
    const block = readIndex(chunk.index, 0);
    const content = readRecord(chunk.content_block) ?? {};
    const tool = content.type === 'tool_use' ? { call: this.#calls, input: content.input, written: false } : null;
    this.#blocks.set(block, { open: true, tool });
    if (tool !== null) {
      this.#calls += 1;
      const id = readText(content.id) ?? '';
      const name = readText(content.name) ?? '';
      events.push({ type: 'tool-call-delta', index: 0, call: tool.call, id, name, arguments: '' });
    } else if (content.type === 'redacted_thinking') {
      const signature = toRedactedSignature(readText(content.data) ?? '');
      events.push({ type: 'reasoning-delta', index: 0, block, text: '', hidden: true, signature });
    } else if (content.type === 'text' || content.type === 'thinking') pushContent(content, block, events);
  }

  #readDelta(chunk: JsonRecord, events: AnswerEvent[]): void {
    this.#start(null, events);
    const block = readIndex(chunk.index, 0);
    const delta = readRecord(chunk.delta) ?? {};
    const json = readText(delta.partial_json);
    const tool = this.#blocks.get(block)?.tool ?? null;
    if (json === null) pushContent(delta, block, events);
    else if (tool !== null) {
      tool.written = true;
      events.push({ type: 'tool-call-delta', index: 0, call: tool.call, arguments: json });
    }
  }

  /** A call without arguments streams none; what the block began with, normally `{}`, is what it was called with. */
  #endBlock(index: number, events: AnswerEvent[]): void {
    const block = this.#blocks.get(index);
    if (block?.open !== true) return;
    block.open = false;
    if (block.tool === null || block.tool.written) return;
    const { call, input } = block.tool;
    events.push({ type: 'tool-call-delta', index: 0, call, arguments: toArguments(input) });
  }

  #endTools(events: AnswerEvent[]): void {
    for (const index of this.#blocks.keys()) this.#endBlock(index, events);
  }

  #endMessage(chunk: JsonRecord, events: AnswerEvent[]): void {
    this.#start(null, events);
    const delta = readRecord(chunk.delta) ?? {};
    const usage = readUsage(mergeUsage(this.#input, readRecord(chunk.usage)));
    if (readText(delta.stop_reason) !== null) {
      this.#endTools(events);
      events.push({ type: 'end', index: 0, ...readEnd(delta) });
    }
    if (usage !== null) events.push({ type: 'usage', usage });
  }
}

/** The fields of one delta, or of a block that begins with content, whatever its type calls itself. */
function pushContent(content: JsonRecord, block: number, events: AnswerEvent[]): void {
  const text = readText(content.text);
  const thought = readText(content.thinking);
  const signature = readText(content.signature);
  const citation = readCitation(content.citation);
  if (text !== null) events.push({ type: 'text-delta', index: 0, block, text });
  if (thought !== null) events.push({ type: 'reasoning-delta', index: 0, block, text: thought });
  if (signature !== null) {
    events.push({ type: 'reasoning-delta', index: 0, block, text: '', signature: toSignature(signature) });
  }
  if (citation !== null) events.push({ type: 'citation', index: 0, citation });
}

const INPUT_COUNTS = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'];

/**
 * The input's figures come with the first event, and again, cumulated, with the last; some servers send zeros in one of
 * the two. The output's first figure is only where it began.
 */
function mergeUsage(first: JsonRecord | null, last: JsonRecord | null): JsonRecord | null {
  if (last === null) return null;
  const merged: Record<string, unknown> = { cache_creation: first?.cache_creation, ...last };
  for (const name of INPUT_COUNTS) {
    const counts = [readTokens(first?.[name]), readTokens(last[name])].filter((count) => count !== null);
    if (counts.length > 0) merged[name] = Math.max(...counts);
  }
  return merged;
}
