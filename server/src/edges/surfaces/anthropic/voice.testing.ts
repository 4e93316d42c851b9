/** Speaks for the Anthropic surface's tests: one call's voice, and its answers as a client reads them. */
import type { Answer, AnswerEvent, AnswerPart, Usage } from '@reeve/contracts';
import { expect } from 'vitest';
import type { AnswerHead } from '#calls';
import { asReceiptId } from '#kernel';
import { readJsonBody } from '../read-body.ts';
import { messageToCall } from './anthropic-to-call.ts';
import { createVoice } from './open-message.ts';

export interface Block {
  type: string;
  text?: string;
  thinking?: string;
  signature?: string;
  id?: string;
  name?: string;
  input?: unknown;
  citations?: unknown;
  data?: string;
}

export interface Message {
  id: string;
  content: Block[];
  stop_reason: string;
  stop_sequence: string | null;
  usage: Record<string, unknown>;
}

interface Event {
  type: string;
  index: number;
  message: Message;
  content_block: Block;
  delta: Record<string, string> & { citation?: unknown };
  usage: Record<string, unknown>;
}

export const HEAD: AnswerHead = { receiptId: asReceiptId('rcp_1'), route: 'p/m', policy: null, fallback: [] };
export const USAGE: Usage = {
  inputTokens: 10,
  outputTokens: 7,
  cachedInputTokens: 4,
  cacheWriteTokens: 1,
  cacheWrite1hTokens: 2,
  reasoningTokens: 3,
  estimated: false,
};
const FIELDS = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] };
export const THINKING = { thinking: { type: 'adaptive' } };

export function speak(fields: object = {}) {
  const body = readJsonBody(Buffer.from(JSON.stringify({ ...FIELDS, ...fields })));
  return createVoice('req_1', messageToCall(body, {}));
}

export function render(parts: readonly AnswerPart[], fields: object = {}): Message {
  const answer: Answer = { kind: 'chat', model: 'far', parts, usage: USAGE };
  return JSON.parse(String(speak(fields).renderAnswer(answer, USAGE, HEAD)));
}

export function parse(text: string): Event[] {
  return text.split('\n\n').flatMap((frame) => {
    if (frame === '') return [];
    const [, name, data = ''] = /^event: (.+)\ndata: (.+)$/.exec(frame) ?? [];
    const event: Event = JSON.parse(data);
    expect(event.type).toBe(name);
    return [event];
  });
}

/** The text of a whole stream, its events handed over in frames of these sizes, or one by one. */
export function stream(events: readonly AnswerEvent[], fields: object = {}, sizes: readonly number[] = []): Event[] {
  const voice = speak({ stream: true, ...fields });
  let text = '';
  let at = 0;
  for (let frame = 0; at < events.length; frame += 1) {
    const size = sizes[frame] ?? 1;
    text += String(voice.renderFrame({ events: events.slice(at, at + size) }, HEAD));
    at += size;
  }
  return parse([text, voice.renderEnd(USAGE, HEAD), voice.closingFrame()].join(''));
}

/** What a client makes of the events; checks that blocks stand one after the other. */
export function gather(events: readonly Event[]): Message {
  const [start] = events;
  if (start?.type !== 'message_start') throw new Error('the stream does not begin with message_start');
  const message = { ...start.message, content: [] as Block[] };
  const inputs: string[] = [];
  let open = false;
  for (const { type, index, content_block: block, delta, usage } of events.slice(1)) {
    const last = message.content.length - 1;
    if (type === 'content_block_start') {
      expect([open, index]).toEqual([false, last + 1]);
      message.content.push(block);
      inputs.push('');
      open = true;
    } else if (type === 'content_block_delta') {
      expect([open, index]).toEqual([true, last]);
      message.content[last] = merge(message.content[last] as Block, delta);
      inputs[last] += delta.partial_json ?? '';
    } else if (type === 'content_block_stop') {
      expect([open, index]).toEqual([true, last]);
      open = false;
    } else if (type === 'message_delta') {
      expect(open).toBe(false);
      Object.assign(message, delta, { usage: { ...message.usage, ...usage } });
    }
  }
  expect(events.at(-1)).toEqual({ type: 'message_stop' });
  return { ...message, content: message.content.map((block, at) => withInput(block, inputs[at] ?? '')) };
}

function merge(block: Block, { type, text, thinking, signature, citation }: Event['delta']): Block {
  if (type === 'text_delta') return { ...block, text: `${block.text}${text}` };
  if (type === 'thinking_delta') return { ...block, thinking: `${block.thinking}${thinking}` };
  if (type === 'signature_delta') return { ...block, signature: signature ?? '' };
  if (type === 'citations_delta') return { ...block, citations: [...((block.citations as []) ?? []), citation] };
  return block;
}

function withInput(block: Block, text: string): Block {
  return text === '' ? block : { ...block, input: JSON.parse(text) };
}
