/**
 * From the content blocks of a request to parts. What the call cannot hold becomes `other`, under a name that tells
 * the caller which field it was. Source: the public API reference for Messages.
 */
import type { CacheTtl, MediaPart, Part, PartRole, Signature } from '@reeve/contracts';
import { AppError, type Fault } from '#kernel';
import { signatureOf, unsealCallId, unsealSignature, type SealedSignature } from '../sealed-signature.ts';
import {
  documentChecker,
  imageChecker,
  redactedChecker,
  textChecker,
  thinkingChecker,
  toolResultChecker,
  toRedactedSignature,
  toolUseChecker,
  WIRE,
  type Block,
  type CacheControl,
  type CountRequest,
  type Source,
} from './anthropic-wire.ts';
import { argumentsOf } from './tool-input.ts';

/** System and messages as parts; the system text is a turn of its own. Throws `AppError('invalid_request')`. */
export function requestToParts({ system, messages, cache_control: cacheControl }: CountRequest): Part[] {
  const parts: Part[] = system == null ? [] : contentToParts(system, { turn: 0, role: 'system' }, 'system');
  const offset = system == null ? 0 : 1;
  for (const [index, { role, content }] of messages.entries()) {
    parts.push(...contentToParts(content, { turn: index + offset, role }, `messages[${index}].content`));
  }
  return cacheControl == null ? parts : cacheLast(parts, ttlOf(cacheControl));
}

interface Place {
  turn: number;
  role: PartRole;
}

function contentToParts(content: string | readonly Block[], place: Place, path: string): Part[] {
  if (typeof content === 'string') return [{ ...place, type: 'text', text: content }];
  const seals = content.flatMap((block) => readCallSeal(block) ?? []);
  const parts = content.map((block, index) => blockToPart(block, place, `${path}[${index}]`));
  if (seals.length === 0) return parts;
  return parts
    .filter((_part, index) => readCallSeal(content[index]) === null)
    .map((part) => (part.type === 'tool-call' ? withSignature(part, seals) : part));
}

/** A thinking block that only carries the signature of a tool call, as this surface gave it out. */
function readCallSeal(block: Block | undefined): SealedSignature | null {
  if (block?.type !== 'thinking' || typeof block.signature !== 'string') return null;
  const sealed = unsealSignature(block.signature);
  return sealed?.call === undefined ? null : sealed;
}

function withSignature(part: Extract<Part, { type: 'tool-call' }>, seals: readonly SealedSignature[]): Part {
  const seal = seals.find(({ call }) => call === part.id);
  return seal === undefined ? part : { ...part, signature: signatureOf(seal) };
}

function blockToPart(block: Block, place: Place, path: string): Part {
  switch (block.type) {
    case 'text':
    case 'image':
    case 'document': {
      const media = blockToMedia(block, path);
      return typeof media === 'string'
        ? { ...place, type: 'other', name: media, value: block }
        : { ...place, ...media, ...cacheOf(block) };
    }
    case 'tool_use':
      return toToolCall(block, place, path);
    case 'tool_result':
      return toToolResult(block, place, path);
    case 'thinking': {
      const { thinking, signature } = need(thinkingChecker, block, path);
      const hidden = thinking === '' ? { hidden: true } : {};
      return { ...place, type: 'reasoning', text: thinking, ...signedBy(signature), ...hidden };
    }
    case 'redacted_thinking': {
      const { data } = need(redactedChecker, block, path);
      return { ...place, type: 'reasoning', text: '', signature: toRedactedSignature(data), hidden: true };
    }
    default:
      return { ...place, type: 'other', name: block.type, value: block };
  }
}

/** An empty signature is what a block gets whose text nobody signed. */
function signedBy(text: string | null | undefined): { signature?: Signature } {
  if (text == null || text === '') return {};
  const sealed = unsealSignature(text);
  return { signature: sealed === null ? { wire: WIRE, value: text } : signatureOf(sealed) };
}

/** Calls that code of the provider's made, or that belong to one of its tool sets, mean nothing elsewhere. */
function toToolCall(block: Block, place: Place, path: string): Part {
  const { id, name, input } = need(toolUseChecker, block, path);
  const foreign = isIndirect(block.caller) ? 'caller' : block.toolset_name == null ? null : 'toolset_name';
  if (foreign !== null) return { ...place, type: 'other', name: `tool_use.${foreign}`, value: block };
  return { ...place, type: 'tool-call', ...unsealCallId(id), name, arguments: argumentsOf(input), ...cacheOf(block) };
}

function isIndirect(caller: unknown): boolean {
  return typeof caller === 'object' && caller !== null && 'type' in caller && caller.type !== 'direct';
}

/** A result that holds something else than text, images and files stays one foreign block. */
function toToolResult(block: Block, place: Place, path: string): Part {
  const { tool_use_id: sealed, content, is_error: isError } = need(toolResultChecker, block, path);
  const { id } = unsealCallId(sealed);
  const media: MediaPart[] = [];
  if (typeof content === 'string') media.push({ type: 'text', text: content });
  else {
    for (const [index, inner] of (content ?? []).entries()) {
      const one = blockToMedia(inner, `${path}.content[${index}]`);
      if (typeof one === 'string') return { ...place, type: 'other', name: `tool_result.${one}`, value: block };
      media.push(one);
    }
  }
  const failed = isError === true ? { isError } : {};
  return { ...place, role: 'tool', type: 'tool-result', id, content: media, ...failed, ...cacheOf(block) };
}

/** Text, image or file; else the name of what cannot be held. */
function blockToMedia(block: Block, path: string): MediaPart | string {
  if (block.type === 'text') {
    // Citations of an earlier answer are for its reader; the model is told the text.
    return { type: 'text', text: need(textChecker, block, path).text };
  }
  if (block.type === 'image') {
    const { source } = need(imageChecker, block, path);
    if (isGiven(block.transformations)) return 'image.transformations';
    const place = `${path}.source`;
    if (source.type === 'base64') return { type: 'image', url: toDataUrl(source, place) };
    if (source.type === 'url') return { type: 'image', url: needText(source, 'url', place) };
    return source.type === 'file' ? toStoredFile(source, place) : `image.source.${source.type}`;
  }
  return block.type === 'document' ? toFile(block, path) : block.type;
}

function toFile(block: Block, path: string): MediaPart | string {
  const { source, title, context, citations } = need(documentChecker, block, path);
  if (isGiven(title)) return 'document.title';
  if (isGiven(context)) return 'document.context';
  if (citations?.enabled === true) return 'document.citations';
  const place = `${path}.source`;
  switch (source.type) {
    case 'base64':
      return { type: 'file', data: toDataUrl(source, place), mediaType: needText(source, 'media_type', place) };
    case 'text':
      return { type: 'text', text: needText(source, 'data', place) };
    case 'url':
      return { type: 'file', url: needText(source, 'url', place), mediaType: 'application/pdf' };
    case 'file':
      return toStoredFile(source, place);
    default:
      return `document.source.${source.type}`;
  }
}

function toStoredFile(source: Source, path: string): MediaPart {
  return { type: 'file', fileId: needText(source, 'file_id', path) };
}

function toDataUrl(source: Source, path: string): string {
  return `data:${needText(source, 'media_type', path)};base64,${needText(source, 'data', path)}`;
}

function isGiven(value: unknown): boolean {
  return value != null && value !== '' && JSON.stringify(value) !== '{}';
}

/** The wire's own way to say "all of it up to here": the last part carries the mark. */
function cacheLast(parts: Part[], ttl: CacheTtl): Part[] {
  const last = parts.at(-1);
  return last === undefined || last.cache !== undefined ? parts : [...parts.slice(0, -1), { ...last, cache: ttl }];
}

/** Only of blocks that were checked. */
function cacheOf(block: Block): { cache?: CacheTtl } {
  return block.cache_control == null ? {} : { cache: ttlOf(block.cache_control as CacheControl) };
}

export function ttlOf({ ttl }: CacheControl): CacheTtl {
  return ttl === '1h' ? '1h' : '5m';
}

function needText(source: Source, name: keyof Source, path: string): string {
  const value = source[name];
  return typeof value === 'string' ? value : fail(`${path}.${name}`, 'is required');
}

/** The block, typed. Throws `AppError('invalid_request')` naming the field at fault by its place in the body. */
function need<Fields>(checker: FieldChecker<Fields>, block: Block, path: string): Fields {
  const [fault] = checker.faults(block);
  if (fault === undefined) return checker.parse(block);
  return fail(fault.path === '' ? path : `${path}.${fault.path}`, fault.message);
}

interface FieldChecker<Fields> {
  parse(value: unknown): Fields;
  faults(value: unknown): Fault[];
}

function fail(param: string, says: string): never {
  throw new AppError('invalid_request', { message: `"${param}" ${says}.`, param });
}
