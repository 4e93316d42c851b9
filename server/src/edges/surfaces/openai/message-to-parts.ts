/** From one message of a chat to its parts. */
import type { MediaPart, Part, PartRole } from '@reeve/contracts';
import type { UnknownFields } from '../unknown-fields.ts';
import { cacheOf } from './cache-control.ts';
import { noteMessage } from './note-unknown.ts';
import type { ChatRequest } from './openai-wire.ts';
import { readThoughtSignature } from './thought-signature.ts';

type Message = ChatRequest['messages'][number];
type Base = Pick<Part, 'turn' | 'role'>;
type Content = Readonly<Record<string, unknown>> & { type: string };

const ROLES: ReadonlyMap<string, PartRole> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['tool', 'tool'],
]);

/** What a message may say beside its content that only this wire can carry. */
const BESIDE = ['name', 'audio', 'function_call'] as const;
const ROLE_SHOWN_MAX = 64;

/** A message's parts; what it holds that the call does not model goes to `unknown`, or becomes a part of kind `other`. */
export function messageToParts(message: Message, turn: number, unknown: UnknownFields): Part[] {
  const role = ROLES.get(message.role);
  // A role that nobody knows, or a result that belongs to no call, means something to this wire's providers only.
  if (role === undefined || (role === 'tool' && message.tool_call_id == null)) {
    const name = `messages[].role:${message.role.slice(0, ROLE_SHOWN_MAX)}`;
    return [{ turn, role: 'user', type: 'other', name, value: message }];
  }
  if (isPlain(message)) return [{ turn, role, type: 'text', text: message.content }];
  noteMessage(message, unknown);
  const base: Base = { turn, role };
  const parts = role === 'tool' ? toResult(message.tool_call_id ?? '', message, base) : toSaid(message, base);
  return markLast(parts, cacheOf(message));
}

function toSaid(message: Message, base: Base): Part[] {
  return [
    ...(message.reasoning_content ? [{ ...base, type: 'reasoning', text: message.reasoning_content } as const] : []),
    ...nameSpeaker(message, base),
    ...toContents(message.content).map((part) => toContentPart(part, base)),
    ...(message.refusal ? [{ ...base, type: 'refusal', text: message.refusal } as const] : []),
    ...(message.tool_calls ?? []).map((call) => toToolCall(call, base)),
    ...findBeside(message, base),
  ];
}

/** Other wires know no names: who is not simply the user is told in words. For its own turns the model needs none. */
function nameSpeaker({ role, name }: Named, base: Base): Part[] {
  if (typeof name !== 'string' || name === '' || name === role || role === 'assistant') return [];
  return [{ ...base, type: 'text', text: `${name} said:\n` }];
}

type Named = Message & { name?: unknown };

/** A message's own mark stands for its end. */
function markLast(parts: Part[], mark: Pick<Part, 'cache'>): Part[] {
  if (mark.cache === undefined) return parts;
  return parts.map((part, index) => (index === parts.length - 1 ? { ...part, ...mark } : part));
}

/** Most messages are a role and a text. */
function isPlain(message: Message): message is Message & { content: string } {
  if (typeof message.content !== 'string') return false;
  for (const field in message) if (field !== 'role' && field !== 'content') return false;
  return true;
}

function toContents(content: Message['content']): Content[] {
  if (content == null) return [];
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content.map((part) => ({ ...part }));
}

function findBeside(message: Readonly<Record<string, unknown>>, base: Base): Part[] {
  return BESIDE.flatMap((name) => {
    const value = message[name];
    if (value == null || (name === 'name' && typeof value === 'string')) return [];
    return [{ ...base, type: 'other' as const, name: `messages[].${name}`, value }];
  });
}

function toToolCall(call: NonNullable<NonNullable<Message['tool_calls']>[number]>, base: Base): Part {
  if (call.function === undefined) return { ...base, type: 'other', name: call.type ?? 'tool_call', value: call };
  const { name, arguments: written } = call.function;
  return { ...base, type: 'tool-call', id: call.id, name, arguments: written, ...readThoughtSignature(call) };
}

/** A result holds texts and media; whatever else stands in it goes beside it. */
function toResult(id: string, message: Message, base: Base): Part[] {
  const content: MediaPart[] = [];
  const others: Part[] = [];
  let mark: Pick<Part, 'cache'> = {};
  for (const item of toContents(message.content)) {
    const part = toContentPart(item, base);
    if (part.cache !== undefined) mark = { cache: part.cache };
    if (part.type === 'text') content.push({ type: 'text', text: part.text });
    else if (part.type === 'image' || part.type === 'file') content.push(toMedia(part));
    else others.push(part);
  }
  return [{ ...base, type: 'tool-result', id, content, ...mark }, ...others];
}

function toMedia(part: Extract<Part, { type: 'image' | 'file' }>): MediaPart {
  const { turn: _turn, role: _role, cache: _cache, ...media } = part;
  return media;
}

function toContentPart(part: Content, base: Base): Part {
  return { ...toUnmarkedPart(part, base), ...cacheOf(part) };
}

function toUnmarkedPart(part: Content, base: Base): Part {
  if (part.type === 'text' && typeof part.text === 'string') return { ...base, type: 'text', text: part.text };
  if (part.type === 'refusal' && typeof part.refusal === 'string') {
    return { ...base, type: 'refusal', text: part.refusal };
  }
  const inner = part[part.type];
  if (part.type === 'image_url' && typeof inner === 'string') return { ...base, type: 'image', url: inner };
  const media = typeof inner === 'object' && inner !== null ? toMediaPart(part.type, { ...inner }, base) : null;
  return media ?? { ...base, type: 'other', name: part.type, value: part };
}

function toMediaPart(type: string, fields: Readonly<Record<string, unknown>>, base: Base): Part | null {
  if (type === 'image_url' && typeof fields.url === 'string') {
    const detail = typeof fields.detail === 'string' ? { detail: fields.detail } : {};
    return { ...base, type: 'image', url: fields.url, ...detail };
  }
  if (type === 'input_audio' && typeof fields.data === 'string' && typeof fields.format === 'string') {
    return { ...base, type: 'audio', data: fields.data, format: fields.format };
  }
  return type === 'file' ? { ...base, type: 'file', ...toFile(fields) } : null;
}

function toFile(fields: Readonly<Record<string, unknown>>) {
  return {
    ...(typeof fields.file_id === 'string' ? { fileId: fields.file_id } : {}),
    ...(typeof fields.filename === 'string' ? { filename: fields.filename } : {}),
    ...(typeof fields.file_data === 'string' ? { data: fields.file_data } : {}),
  };
}
