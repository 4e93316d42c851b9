/** From the parts of a call to `system` and `messages`. */
import type { CacheTtl, Part } from '@reeve/contracts';
import { fitCallId } from '../fit-call-id.ts';
import { parseJson, readRecord, type JsonRecord } from '../read-json.ts';
import { readRedacted, WIRE } from './anthropic-wire.ts';
import { mediaToBlock, type Block } from './media-to-block.ts';

interface Message {
  role: 'user' | 'assistant';
  content: Block[];
}

/** Texts of the system, wherever they stand in the call: this wire takes them before the first turn only. */
export function toSystem(parts: readonly Part[]): Block[] | undefined {
  const blocks = parts.flatMap((part) => (part.role === 'system' ? (toBlock(part) ?? []) : []));
  return blocks.length === 0 ? undefined : blocks;
}

/** Roles alternate: turns of one role that follow each other become one message. */
export function toMessages(parts: readonly Part[]): Message[] {
  const messages: Message[] = [];
  for (const part of parts) {
    const block = part.role === 'system' ? null : toBlock(part);
    if (block === null) continue;
    const role = part.role === 'assistant' ? 'assistant' : 'user';
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(block);
    else messages.push({ role, content: [block] });
  }
  return messages.map(putResultsFirst);
}

/** The wire wants results of tools before what else the message says. */
function putResultsFirst({ role, content }: Message): Message {
  const isResult = (block: Block): boolean => block.type === 'tool_result';
  return { role, content: [...content.filter(isResult), ...content.filter((block) => !isResult(block))] };
}

/**
 * `null` for what is left out: texts without a word, which this wire refuses, and thoughts without a signature of this
 * wire, which mean nothing to it. An earlier refusal is an ordinary text here.
 */
function toBlock(part: Part): Block | null {
  const block = toBareBlock(part);
  return block === null || part.cache === undefined ? block : { ...block, ...toCacheControl(part.cache) };
}

export function toCacheControl(ttl: CacheTtl): object {
  return { cache_control: ttl === '1h' ? { type: 'ephemeral', ttl } : { type: 'ephemeral' } };
}

function toBareBlock(part: Part): Block | null {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text.trim() === '' ? null : { type: 'text', text: part.text };
    case 'image':
    case 'file':
      return mediaToBlock(part);
    case 'tool-call':
      return { type: 'tool_use', id: toId(part.id), name: part.name, input: readInput(part.arguments) };
    case 'tool-result':
      return toToolResult(part);
    case 'reasoning':
      return toThought(part);
    case 'other':
      return readBlock(part.value);
    case 'audio':
      return null;
  }
}

const ID_SHAPE = /^[\w-]+$/;
const ID_LENGTH = 24;

const toId = (id: string): string => fitCallId(id, ID_SHAPE, ID_LENGTH);

/** Whether the part may stand as it is: this wire refuses ids that other providers give their tool calls. */
export function isFitId(part: Part): boolean {
  return (part.type !== 'tool-call' && part.type !== 'tool-result') || ID_SHAPE.test(part.id);
}

/** A tool's arguments as the object that this wire wants; no text at all means none. `null` where they are anything else. */
export function readInput(text: string): JsonRecord | null {
  return text.trim() === '' ? {} : readRecord(parseJson(text));
}

function toToolResult({ id, content, isError }: Extract<Part, { type: 'tool-result' }>): Block {
  const blocks = content.flatMap((part) =>
    part.type === 'text' && part.text.trim() === '' ? [] : (mediaToBlock(part) ?? []),
  );
  return {
    type: 'tool_result',
    tool_use_id: toId(id),
    ...(blocks.length === 0 ? {} : { content: blocks }),
    ...(isError === true ? { is_error: true } : {}),
  };
}

function toThought({ text, signature }: Extract<Part, { type: 'reasoning' }>): Block | null {
  if (signature?.wire !== WIRE) return null;
  const data = readRedacted(signature);
  if (data !== null) return { type: 'redacted_thinking', data };
  return { type: 'thinking', thinking: text, signature: signature.value };
}

/** A block of this wire that the call does not model. */
export function readBlock(value: unknown): Block | null {
  const record = readRecord(value);
  return typeof record?.type === 'string' ? { ...record, type: record.type } : null;
}
