/** From the events of a stream to the frames of a message. */
import type { AnswerEvent, FinishReason, Usage } from '@reeve/contracts';
import {
  makeToolId,
  messageHead,
  renderUsage,
  signCall,
  toCitation,
  toEnding,
  toSignature,
  type RenderContext,
} from './answer-to-anthropic.ts';
import { readRedacted } from './anthropic-wire.ts';
import { BlockSequence, createBlock, toFrame, ToolBlock, type Block } from './content-blocks.ts';

export const CLOSING_FRAME = toFrame('message_stop', {});

const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, estimated: true };

type EventOf<Type extends AnswerEvent['type']> = Extract<AnswerEvent, { type: Type }>;

/** One stream's rendering. Only the first choice is heard: this wire has no more. */
export class MessageStream {
  readonly #context: RenderContext;
  readonly #blocks = new BlockSequence();
  readonly #tools = new Map<number, ToolBlock>();
  /** What the last block holds, so that pieces of the same kind go on in it. */
  #kind: string | null = null;
  #started = false;
  #refused = false;
  #finishReason: FinishReason = 'stop';
  #stopSequence: string | undefined;

  constructor(context: RenderContext) {
    this.#context = context;
  }

  render(events: readonly AnswerEvent[]): string {
    if (events.length === 0) return '';
    const head = this.#started ? '' : this.#start(events);
    for (const event of events) this.#take(event);
    return head + this.#blocks.drain();
  }

  /** All that is left, and how and at what cost it ended. */
  end(usage: Usage): string {
    const head = this.#started ? '' : this.#start([]);
    const ending = toEnding({
      finishReason: this.#finishReason,
      stopSequence: this.#stopSequence,
      refused: this.#refused,
      calledTool: this.#tools.size > 0,
    });
    for (const [call, tool] of this.#tools) tool.start ??= toToolStart(makeToolId(this.#context, call), '');
    return head + this.#blocks.end() + toFrame('message_delta', { delta: ending, usage: renderUsage(usage) });
  }

  /** A provider that states its input at once is believed; else the figures come with the end. */
  #start(events: readonly AnswerEvent[]): string {
    this.#started = true;
    const stated = events.find((event) => event.type === 'usage');
    const usage = { ...(stated?.usage ?? NO_USAGE), outputTokens: 0 };
    const message = {
      ...messageHead(this.#context),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: renderUsage(usage),
    };
    return toFrame('message_start', { message });
  }

  #take(event: AnswerEvent): void {
    if ('index' in event && event.index !== 0) return;
    switch (event.type) {
      case 'text-delta':
        return this.#addText(event.text, `text ${event.block}`);
      case 'audio-delta':
        return this.#addText(event.transcript, 'text transcript');
      case 'refusal-delta':
        this.#refused = true;
        return this.#addText(event.text, 'text refusal');
      case 'citation':
        return this.#addCitation(event);
      case 'reasoning-delta':
        return this.#addThought(event);
      case 'tool-call-delta':
        return this.#addToolPiece(event);
      case 'end':
        this.#finishReason = event.finishReason;
        this.#stopSequence = event.stopSequence;
    }
  }

  #addText(text: string, kind: string): void {
    if (text !== '') this.#open(kind, TEXT_START).deltas.push({ type: 'text_delta', text });
  }

  #addCitation({ citation }: EventOf<'citation'>): void {
    const kind = this.#kind?.startsWith('text') === true ? this.#kind : 'text undefined';
    this.#open(kind, TEXT_START).deltas.push({ type: 'citations_delta', citation: toCitation(citation) });
  }

  #addThought({ text, block, signature }: EventOf<'reasoning-delta'>): void {
    if (!this.#context.showsThinking) return;
    const data = readRedacted(signature);
    if (data !== null) {
      this.#kind = null;
      return this.#blocks.add(createBlock({ type: 'redacted_thinking', data }));
    }
    if (text === '' && signature === undefined) return;
    const { deltas } = this.#open(`thinking ${block}`, THINKING_START);
    if (text !== '') deltas.push({ type: 'thinking_delta', thinking: text });
    if (signature === undefined) return;
    deltas.push({ type: 'signature_delta', signature: toSignature(signature) });
    // A signature ends its thought; what follows is another one.
    this.#kind = null;
  }

  #addToolPiece({ call, id, name, arguments: text, signature }: EventOf<'tool-call-delta'>): void {
    const known = this.#tools.get(call);
    const tool = known ?? new ToolBlock();
    const { seals, id: toolId } = signCall(id || makeToolId(this.#context, call), signature, this.#context);
    for (const { signature: value, ...start } of seals) this.#addSeal(start, value);
    if (known === undefined) {
      this.#kind = null;
      this.#tools.set(call, tool);
      this.#blocks.add(tool);
    }
    if (tool.start === null && name !== undefined) tool.start = toToolStart(toolId, name);
    tool.take(text);
  }

  #addSeal(start: object, signature: string): void {
    this.#kind = null;
    const block = createBlock({ ...start, signature: '' });
    block.deltas.push({ type: 'signature_delta', signature });
    this.#blocks.add(block);
  }

  /** The last block where it is of this kind, else a new one. */
  #open(kind: string, start: object): Block {
    const { last } = this.#blocks;
    if (kind === this.#kind && last !== undefined) return last;
    const block = createBlock(start);
    this.#kind = kind;
    this.#blocks.add(block);
    return block;
  }
}

const TEXT_START = { type: 'text', text: '', citations: null };
const THINKING_START = { type: 'thinking', thinking: '', signature: '' };

function toToolStart(id: string, name: string): object {
  return { type: 'tool_use', id, name, input: {} };
}
