/** From the parts of a call to Converse's `system` and `messages`. */
import type { CacheTtl, MediaPart, Part } from '@reeve/contracts';
import { isBase64, readDataUrl, type Blob64 } from '../data-url.ts';
import { fitCallId } from '../fit-call-id.ts';
import { parseJson, readRecord, type JsonRecord } from '../read-json.ts';
import { WIRE } from './bedrock-wire.ts';

export type Block = Readonly<Record<string, unknown>>;

interface Message {
  role: 'user' | 'assistant';
  content: Block[];
}

/** Texts of the system, wherever they stand in the call: this wire takes them before the first turn only. */
export function toSystem(parts: readonly Part[]): Block[] | undefined {
  const blocks = parts.flatMap((part) => (part.role === 'system' ? toBlocks(part, 0) : []));
  return blocks.length === 0 ? undefined : blocks;
}

/** A conversation begins with the user here; elsewhere the model may have greeted first. */
const OPENING: Message = { role: 'user', content: [{ text: 'Hello.' }] };

/** Roles alternate: turns of one role that follow each other become one message, results of tools first in it. */
export function toMessages(parts: readonly Part[]): Message[] {
  const messages: Message[] = [];
  for (const [position, part] of parts.entries()) {
    const blocks = part.role === 'system' ? [] : toBlocks(part, position);
    if (blocks.length === 0) continue;
    const role = part.role === 'assistant' ? 'assistant' : 'user';
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else messages.push({ role, content: blocks });
  }
  const [first] = messages;
  if (first?.role === 'assistant') messages.unshift(OPENING);
  return messages.map(putResultsFirst);
}

/** A point of the cache belongs to the block before it. */
function putResultsFirst({ role, content }: Message): Message {
  const isResult = (block: Block | undefined): boolean => block?.toolResult !== undefined;
  const stands = (block: Block, at: number): boolean =>
    isResult(block.cachePoint === undefined ? block : content[at - 1]);
  const results = content.filter(stands);
  return { role, content: [...results, ...content.filter((block, at) => !stands(block, at))] };
}

/** Everything up to here is worth caching. Five minutes are what every model knows without being told. */
export function toCachePoint(ttl: CacheTtl): Block {
  return { cachePoint: ttl === '1h' ? { type: 'default', ttl } : { type: 'default' } };
}

function toBlocks(part: Part, position: number): Block[] {
  const block = toBlock(part, position);
  const cache = part.cache === undefined ? [] : [toCachePoint(part.cache)];
  return block === null ? [] : [block, ...cache];
}

/**
 * `null` for what is left out: texts without a word, which this wire refuses, and thoughts without a signature of this
 * wire, which mean nothing to it. An earlier refusal is an ordinary text here.
 */
function toBlock(part: Part, position: number): Block | null {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return toText(part.text);
    case 'image':
    case 'file':
      return mediaToBlock(part, position);
    case 'tool-call':
      return { toolUse: { toolUseId: toId(part.id), name: part.name, input: readInput(part.arguments) } };
    case 'tool-result':
      return toToolResult(part, position);
    case 'reasoning':
      return toThought(part);
    case 'audio':
    case 'other':
      return null;
  }
}

const toText = (text: string): Block | null => (text.trim() === '' ? null : { text });

const ID_SHAPE = /^[\w-]{1,64}$/;
const ID_LENGTH = 24;

const toId = (id: string): string => fitCallId(id, ID_SHAPE, ID_LENGTH);

/** A tool's arguments as the object that this wire wants; no text at all means none. `null` where they are anything else. */
export function readInput(text: string): JsonRecord | null {
  return text.trim() === '' ? {} : readRecord(parseJson(text));
}

function toToolResult({ id, content, isError }: Extract<Part, { type: 'tool-result' }>, position: number): Block {
  const blocks = content.flatMap((part, at) => mediaToBlock(part, position * 100 + at) ?? []);
  return { toolResult: { toolUseId: toId(id), content: blocks, ...(isError === true ? { status: 'error' } : {}) } };
}

function toThought({ text, signature, hidden }: Extract<Part, { type: 'reasoning' }>): Block | null {
  if (signature?.wire !== WIRE) return null;
  if (hidden === true) return { reasoningContent: { redactedContent: signature.value } };
  return { reasoningContent: { reasoningText: { text, signature: signature.value } } };
}

/** The block; `null` where this wire has none for it. URLs stand as `data:` by now. An image's `detail` has no place here. */
export function mediaToBlock(part: MediaPart, position: number): Block | null {
  if (part.type === 'text') return toText(part.text);
  if (part.type === 'image') return toImage(readDataUrl(part.url));
  const blob = readBlob(part);
  if (blob?.mediaType.startsWith('image/') === true) return toImage(blob);
  const format = blob === null ? undefined : findFormat(blob.mediaType, part.filename);
  if (blob === null || format === undefined) return null;
  return { document: { format, name: toName(part.filename, position), source: { bytes: blob.base64 } } };
}

const IMAGE_FORMATS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
};

function toImage(blob: Blob64 | null): Block | null {
  const format = blob === null ? undefined : IMAGE_FORMATS[blob.mediaType];
  return blob === null || format === undefined ? null : { image: { format, source: { bytes: blob.base64 } } };
}

type FilePart = Extract<MediaPart, { type: 'file' }>;

/** The bytes of a PDF begin with `%PDF-`. */
const PDF_START = 'JVBERi0';

function readBlob({ data, url, mediaType }: FilePart): Blob64 | null {
  const given = data ?? url ?? '';
  if (!isBase64(given)) return readDataUrl(given);
  const guessed = given.startsWith(PDF_START) ? 'application/pdf' : '';
  return { mediaType: mediaType?.toLowerCase() ?? guessed, base64: given };
}

const OFFICE = 'application/vnd.openxmlformats-officedocument';
const DOCUMENT_FORMATS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'application/msword': 'doc',
  [`${OFFICE}.wordprocessingml.document`]: 'docx',
  'application/vnd.ms-excel': 'xls',
  [`${OFFICE}.spreadsheetml.sheet`]: 'xlsx',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/markdown': 'md',
};
const ENDINGS: ReadonlySet<string> = new Set(Object.values(DOCUMENT_FORMATS));

function findFormat(mediaType: string, filename = ''): string | undefined {
  const ending = /\.([a-z]+)$/i.exec(filename)?.[1]?.toLowerCase() ?? '';
  // The ending says more than a type that many kinds share.
  if (ENDINGS.has(ending) && (mediaType === 'text/plain' || !(mediaType in DOCUMENT_FORMATS))) return ending;
  return DOCUMENT_FORMATS[mediaType] ?? (mediaType.startsWith('text/') ? 'txt' : undefined);
}

/** Letters, digits, single spaces, hyphens and brackets; no two documents of a request may share a name. */
function toName(filename: string | undefined, position: number): string {
  const plain = (filename ?? '').replace(/\.[a-z]+$/i, '').replaceAll(/[^a-z0-9\-()[\]]+/gi, ' ');
  const name = plain.trim().slice(0, 150).trim();
  return `${name === '' ? 'document' : name} ${position + 1}`;
}
