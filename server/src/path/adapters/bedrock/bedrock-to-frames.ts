/** From the stream of a Converse answer to `AnswerFrame`s. */
import { isUtf8 } from 'node:buffer';
import type { AnswerEvent, AnswerFrame } from '@reeve/contracts';
import type { Provider, UpstreamFailure } from '../adapter.ts';
import type { StreamTranslator } from '../answer-stream.ts';
import { parseJson, readIndex, readRecord, readText, type JsonRecord } from '../read-json.ts';
import { toErrorEvent, toStreamFailure, type WireError } from '../sse-translator.ts';
import { readCitation, readEnd, readStreamError, readUsage, sign, WIRE } from './bedrock-wire.ts';
import { createEventSplitter, type EventMessage } from './read-event-stream.ts';

/** `metadata` comes last and closes the stream; where it is missing, a stream that said why it stopped is whole. */
export function createBedrockTranslator(provider: Provider): StreamTranslator {
  return new BedrockTranslator(provider);
}

class BedrockTranslator implements StreamTranslator {
  readonly #provider: Provider;
  readonly #splitter = createEventSplitter();
  /** Content block → how many tool calls stand before it, and whether it brought arguments. */
  readonly #tools = new Map<number, { call: number; empty: boolean }>();
  #started = false;
  #stopped = false;
  closed = false;
  failure: UpstreamFailure | null = null;

  constructor(provider: Provider) {
    this.#provider = provider;
  }

  push(read: Buffer): AnswerFrame[] {
    if (this.#isOver()) return [];
    const { messages, fault } = this.#splitter.push(read);
    const events: AnswerEvent[] = [];
    const kept: Buffer[] = [];
    for (const message of messages) {
      if (this.#isOver()) break;
      if (this.#take(message, events)) kept.push(message.bytes);
    }
    if (fault !== null && !this.#isOver()) this.#fail({ message: UNREADABLE, status: null }, '');
    return this.#toFrames(kept, events);
  }

  end(): AnswerFrame[] {
    if (this.#isOver() || !this.#stopped) return [];
    this.closed = true;
    return [{ events: [{ type: 'closed' }] }];
  }

  #isOver(): boolean {
    return this.closed || this.failure !== null;
  }

  /** Reads one message into `events`; answers whether its bytes may be forwarded. */
  #take({ headers, payload, bytes }: EventMessage, events: AnswerEvent[]): boolean {
    const text = payload.toString('utf8');
    const body = isUtf8(payload) ? readRecord(parseJson(text)) : null;
    const error = readStreamError(headers, body);
    if (error !== null || body === null) {
      this.#fail(error ?? { message: UNREADABLE, status: null }, text);
      return false;
    }
    if (headers.get(':event-type') !== 'metadata') {
      this.#read(headers.get(':event-type') ?? '', body, events);
      return true;
    }
    const usage = readUsage(body.usage);
    if (usage !== null) events.push({ type: 'usage', usage });
    this.closed = true;
    events.push({ type: 'closed', raw: { wire: WIRE, bytes: Buffer.from(bytes) } });
    return false;
  }

  /** Events that are unknown here say nothing. */
  #read(type: string, body: JsonRecord, events: AnswerEvent[]): void {
    const block = readIndex(body.contentBlockIndex, 0);
    if (!this.#started && KNOWN.has(type)) {
      this.#started = true;
      events.push({ type: 'start', model: null });
    }
    if (type === 'contentBlockStart') this.#startTool(block, readRecord(readRecord(body.start)?.toolUse), events);
    else if (type === 'contentBlockDelta') this.#readDelta(block, readRecord(body.delta) ?? {}, events);
    else if (type === 'contentBlockStop') this.#stopTool(block, events);
    else if (type === 'messageStop') {
      this.#stopped = true;
      events.push({ type: 'end', index: 0, ...readEnd(body) });
    }
  }

  #startTool(block: number, tool: JsonRecord | null, events: AnswerEvent[]): void {
    if (tool === null) return;
    const { call } = this.#findTool(block);
    const id = readText(tool.toolUseId) ?? '';
    events.push({ type: 'tool-call-delta', index: 0, call, id, name: readText(tool.name) ?? '', arguments: '' });
  }

  #readDelta(block: number, delta: JsonRecord, events: AnswerEvent[]): void {
    const text = readText(delta.text);
    if (text !== null) events.push({ type: 'text-delta', index: 0, block, text });
    const input = readText(readRecord(delta.toolUse)?.input);
    if (input !== null) {
      const tool = this.#findTool(block);
      tool.empty = false;
      events.push({ type: 'tool-call-delta', index: 0, call: tool.call, arguments: input });
    }
    const reasoning = readRecord(delta.reasoningContent);
    if (reasoning !== null) readReasoning(block, reasoning, events);
    const citation = delta.citation === undefined ? null : readCitation(delta.citation);
    if (citation !== null) events.push({ type: 'citation', index: 0, citation });
  }

  /** A tool without arguments comes without a piece of them. */
  #stopTool(block: number, events: AnswerEvent[]): void {
    const tool = this.#tools.get(block);
    if (tool?.empty === true) events.push({ type: 'tool-call-delta', index: 0, call: tool.call, arguments: '{}' });
    if (tool !== undefined) tool.empty = false;
  }

  #findTool(block: number): { call: number; empty: boolean } {
    const tool = this.#tools.get(block) ?? { call: this.#tools.size, empty: true };
    this.#tools.set(block, tool);
    return tool;
  }

  #fail(error: WireError, data: string): void {
    this.failure = toStreamFailure(error, { wire: WIRE, data }, this.#provider);
  }

  /** An error stands in a frame of its own, so that what came before it in the same read still goes out. */
  #toFrames(kept: readonly Buffer[], events: AnswerEvent[]): AnswerFrame[] {
    const frames: AnswerFrame[] = [];
    if (kept.length > 0) frames.push({ raw: { wire: WIRE, bytes: Buffer.concat(kept) }, events });
    else if (events.length > 0) frames.push({ events });
    if (this.failure !== null) frames.push({ events: [toErrorEvent(this.failure)] });
    return frames;
  }
}

const UNREADABLE = 'The provider sent a frame that cannot be read.';
const KNOWN: ReadonlySet<string> = new Set([
  'messageStart',
  'contentBlockStart',
  'contentBlockDelta',
  'contentBlockStop',
  'messageStop',
]);

function readReasoning(block: number, reasoning: JsonRecord, events: AnswerEvent[]): void {
  const text = readText(reasoning.text);
  const signature = readText(reasoning.signature);
  const redacted = readText(reasoning.redactedContent);
  const base = { type: 'reasoning-delta', index: 0, block } as const;
  if (text !== null) events.push({ ...base, text });
  if (signature !== null) events.push({ ...base, text: '', signature: sign(signature) });
  if (redacted !== null) events.push({ ...base, text: '', hidden: true, signature: sign(redacted) });
}
