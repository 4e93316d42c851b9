/**
 * The items of a response, grown piece by piece; each step is told as the event that a stream sends for it. A whole
 * answer goes the same way with nobody listening. Source: the public API reference for streaming events of responses.
 */
import type { AnswerEvent, Citation, Signature, TokenLogprob } from '@reeve/contracts';
import { sealCallId } from '../sealed-signature.ts';
import { ownItemId, toEncryptedContent, toSealedId } from './reasoning-items.ts';

type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

interface TextPart {
  type: 'output_text';
  text: string;
  annotations: object[];
  logprobs: object[];
}
type ContentPart = TextPart | { type: 'refusal'; refusal: string };

interface MessageItem {
  id: string;
  type: 'message';
  status: ItemStatus;
  role: 'assistant';
  content: ContentPart[];
}
interface ReasoningItem {
  id: string;
  type: 'reasoning';
  status: ItemStatus;
  summary: { type: 'summary_text'; text: string }[];
  encrypted_content?: string;
}
interface CallItem {
  id: string;
  type: 'function_call';
  status: ItemStatus;
  call_id: string;
  name: string;
  arguments: string;
}
export type OutputItem = MessageItem | ReasoningItem | CallItem;

/** Takes an event's type and fields; they may change after the call. */
export type Emit = (type: string, fields: Readonly<Record<string, unknown>>) => void;

type ToolCallDelta = Extract<AnswerEvent, { type: 'tool-call-delta' }>;
type ReasoningDelta = Pick<
  Extract<AnswerEvent, { type: 'reasoning-delta' }>,
  'text' | 'block' | 'hidden' | 'signature'
>;

export interface ItemContext {
  /** Ids of the response and its items are made of it. */
  receiptId: string;
  /**
   * The caller says that it sends items back whole. Who says nothing may take them for stored, as they are in OpenAI's own
   * service, and send back no more than their ids.
   */
  keepsItems: boolean;
  /** Also thoughts without words: the caller asked for thoughts, or for a form of them to send back. */
  showsHidden: boolean;
}

/** The item that text or reasoning goes to; `block` is the provider's, where it counts them. */
interface Current<Item> {
  item: Item;
  at: number;
  block: number | undefined;
}

interface OpenCall {
  item: CallItem;
  at: number;
  signature?: Signature;
}

export class ResponseOutput {
  /** By output index, as they stand. */
  readonly items: OutputItem[] = [];
  readonly #context: ItemContext;
  readonly #emit: Emit;
  #message: Current<MessageItem> | null = null;
  #reasoning: (Current<ReasoningItem> & { hidden: boolean; signature?: Signature }) | null = null;
  /** Calls stay open to the end: their pieces may come interleaved. */
  readonly #calls = new Map<number, OpenCall>();

  constructor(context: ItemContext, emit: Emit) {
    this.#context = context;
    this.#emit = emit;
  }

  addText(text: string, block?: number, logprobs: readonly TokenLogprob[] = []): void {
    const { part, place } = this.#openText(block);
    const rendered = logprobs.map(toLogprob);
    part.text += text;
    part.logprobs.push(...rendered);
    this.#emit('response.output_text.delta', { ...place, delta: text, logprobs: rendered });
  }

  addCitation(citation: Citation): void {
    const { part, place } = this.#openText(this.#message?.block);
    const annotation = toAnnotation(citation);
    const fields = { ...place, annotation_index: part.annotations.length, annotation };
    part.annotations.push(annotation);
    this.#emit('response.output_text.annotation.added', fields);
  }

  addRefusal(text: string): void {
    const message = this.#openMessage();
    let part = message.item.content.at(-1);
    if (part?.type !== 'refusal') part = this.#addPart(message, { type: 'refusal', refusal: '' });
    part.refusal += text;
    this.#emit('response.refusal.delta', { ...placeOf(message), delta: text });
  }

  addReasoning({ text, block, hidden = false, signature }: ReasoningDelta): void {
    const open = this.#reasoning;
    if (text === '' && (signature === undefined || (hidden && !this.#context.showsHidden))) return;
    const goesOn = open !== null && open.block === block && (block !== undefined || open.hidden === hidden);
    const current = goesOn ? open : this.#openReasoning(block, hidden, signature);
    const { item, at } = current;
    if (signature !== undefined) {
      item.encrypted_content = toEncryptedContent(signature);
      current.signature = signature;
    }
    if (text === '') return;
    const place = { item_id: item.id, output_index: at, summary_index: 0 };
    let [part] = item.summary;
    if (part === undefined) {
      part = { type: 'summary_text', text: '' };
      item.summary.push(part);
      this.#emit('response.reasoning_summary_part.added', { ...place, part });
    }
    part.text += text;
    this.#emit('response.reasoning_summary_text.delta', { ...place, delta: text });
  }

  addCall({ call, id, name, arguments: text, signature }: Omit<ToolCallDelta, 'type' | 'index'>): void {
    const open = this.#calls.get(call) ?? this.#openCall(call, id, name, signature);
    if (open.item.name === '' && name !== undefined) open.item.name = name;
    if (signature !== undefined && this.#context.keepsItems) open.signature = signature;
    if (text === '') return;
    open.item.arguments += text;
    this.#emit('response.function_call_arguments.delta', { item_id: open.item.id, output_index: open.at, delta: text });
  }

  /** Closes what is open; the last item is the one that an answer cut short leaves unfinished. */
  finish(status: 'completed' | 'incomplete'): void {
    const last = this.items.at(-1);
    this.#closeCurrent(last === this.#message?.item || last === this.#reasoning?.item ? status : 'completed');
    for (const { item, at } of this.#calls.values()) {
      const { id, name, arguments: text } = item;
      this.#emit('response.function_call_arguments.done', { item_id: id, output_index: at, name, arguments: text });
      this.#closeItem(item, at, item === last ? status : 'completed');
    }
    for (const { item, signature } of this.#calls.values()) {
      if (signature !== undefined) this.#addCallSignature(item, signature);
    }
  }

  /** A function call has no field for it: it follows as an item that clients send back. */
  #addCallSignature(call: CallItem, signature: Signature): void {
    const { item } = this.#openReasoning(undefined, true, undefined);
    item.encrypted_content = toEncryptedContent(signature, call.call_id);
    this.#closeCurrent('completed');
  }

  #openText(block: number | undefined): { part: TextPart; place: object } {
    const message = this.#openMessage();
    let part = message.item.content.at(-1);
    if (part?.type !== 'output_text' || message.block !== block) {
      part = this.#addPart(message, { type: 'output_text', text: '', annotations: [], logprobs: [] });
      message.block = block;
    }
    return { part, place: placeOf(message) };
  }

  #openMessage(): Current<MessageItem> {
    if (this.#message !== null) return this.#message;
    this.#closeCurrent('completed');
    const item: MessageItem = { ...this.#head('msg'), type: 'message', role: 'assistant', content: [] };
    this.#message = { item, at: this.#addItem(item), block: undefined };
    return this.#message;
  }

  #openReasoning(block: number | undefined, hidden: boolean, signature: Signature | undefined) {
    this.#closeCurrent('completed');
    const head = this.#head('rs');
    const id = ownItemId(signature) ?? (hidden ? this.#sealId(signature, '') : null) ?? head.id;
    const item: ReasoningItem = { ...head, id, type: 'reasoning', summary: [] };
    this.#reasoning = { item, at: this.#addItem(item), block, hidden };
    return this.#reasoning;
  }

  #sealId(signature: Signature | undefined, text: string): string | null {
    return this.#context.keepsItems || signature === undefined ? null : toSealedId(signature, text);
  }

  /** A signature comes behind its thought, whose id is out by then: an item of its own holds both in its id. */
  #addSealed({ id: known, summary: [part] }: ReasoningItem, signature: Signature | undefined): void {
    const id = this.#sealId(signature, part?.text ?? '');
    if (id === null || id === known) return;
    const item: ReasoningItem = { id, status: 'in_progress', type: 'reasoning', summary: [] };
    this.#closeItem(item, this.#addItem(item), 'completed');
  }

  #openCall(
    call: number,
    id: string | undefined,
    name: string | undefined,
    signature: Signature | undefined,
  ): OpenCall {
    this.#closeCurrent('completed');
    const head = this.#head('fc');
    const callId = id || `call_${head.id}`;
    const item: CallItem = {
      ...head,
      type: 'function_call',
      call_id: this.#context.keepsItems || signature === undefined ? callId : sealCallId(callId, signature),
      name: name ?? '',
      arguments: '',
    };
    const open = { item, at: this.#addItem(item) };
    this.#calls.set(call, open);
    return open;
  }

  #addPart<Added extends ContentPart>(message: Current<MessageItem>, part: Added): Added {
    this.#closePart(message);
    message.item.content.push(part);
    this.#emit('response.content_part.added', { ...placeOf(message), part });
    return part;
  }

  #head(prefix: string): { id: string; status: ItemStatus } {
    return { id: `${prefix}_${this.#context.receiptId}_${this.items.length}`, status: 'in_progress' };
  }

  #addItem(item: OutputItem): number {
    const at = this.items.push(item) - 1;
    this.#emit('response.output_item.added', { output_index: at, item });
    return at;
  }

  #closeCurrent(status: 'completed' | 'incomplete'): void {
    const message = this.#message;
    const reasoning = this.#reasoning;
    this.#message = null;
    this.#reasoning = null;
    if (message !== null) {
      this.#closePart(message);
      this.#closeItem(message.item, message.at, status);
    }
    if (reasoning !== null) {
      this.#closeSummary(reasoning);
      this.#closeItem(reasoning.item, reasoning.at, status);
      this.#addSealed(reasoning.item, reasoning.signature);
    }
  }

  #closePart(message: Current<MessageItem>): void {
    const part = message.item.content.at(-1);
    if (part === undefined) return;
    const place = placeOf(message);
    if (part.type === 'refusal') this.#emit('response.refusal.done', { ...place, refusal: part.refusal });
    else this.#emit('response.output_text.done', { ...place, text: part.text, logprobs: part.logprobs });
    this.#emit('response.content_part.done', { ...place, part });
  }

  #closeSummary({ item, at }: Current<ReasoningItem>): void {
    const [part] = item.summary;
    if (part === undefined) return;
    const place = { item_id: item.id, output_index: at, summary_index: 0 };
    this.#emit('response.reasoning_summary_text.done', { ...place, text: part.text });
    this.#emit('response.reasoning_summary_part.done', { ...place, part });
  }

  #closeItem(item: OutputItem, at: number, status: ItemStatus): void {
    item.status = status;
    this.#emit('response.output_item.done', { output_index: at, item });
  }
}

function placeOf({ item, at }: Current<MessageItem>) {
  return { item_id: item.id, output_index: at, content_index: Math.max(0, item.content.length - 1) };
}

/** Clients need the bytes: those of the token's own text where the provider gave none. */
function toLogprob({ token, logprob, bytes, top }: TokenLogprob): object {
  const render = (one: Omit<TokenLogprob, 'top'>) => ({
    token: one.token,
    logprob: one.logprob,
    bytes: one.bytes ?? [...Buffer.from(one.token)],
  });
  return { ...render({ token, logprob, bytes }), top_logprobs: top.map(render) };
}

function toAnnotation({ url, title, start, end }: Citation): object {
  return { type: 'url_citation', url: url ?? '', title: title ?? '', start_index: start ?? 0, end_index: end ?? 0 };
}
