/** Reads a JSON body without losing it: the value for us, the bytes and where its fields stand for pass-through. */
import { isAscii, isUtf8 } from 'node:buffer';
import type { FieldSpan } from '@reeve/contracts';
import { AppError } from '#kernel';

export interface JsonBody {
  value: Readonly<Record<string, unknown>>;
  bytes: Buffer;
  /** Where each top-level field's value stands in `bytes`. */
  fields: ReadonlyMap<string, FieldSpan>;
}

const DEPTH_MAX = 128;
/** Names in the whole body. Each costs about a microsecond here and more further on, whoever sends them. */
const MEMBERS_MAX = 100_000;
/** Fields whose second appearance would let two readers of one body see two different requests. */
const SINGLE_FIELDS: ReadonlySet<string> = new Set([
  'model',
  'stream',
  'tools',
  'messages',
  'system',
  'input',
  'prompt',
  'query',
  'documents',
  'n',
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
]);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
/** Escapes, and what is more than one byte in UTF-8. */
const NEEDS_DECODING = /[\\\x80-\xff]/;

/** Parses a JSON object. Throws `AppError` for what is not valid UTF-8, not JSON, too deep, has too many names, or gives a field twice. */
export function readJsonBody(body: Uint8Array): JsonBody {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const units = bytes.toString('latin1');
  // Of ASCII, as most bodies are, the text is the same in both codings.
  const isPlain = isAscii(bytes);
  if (!isPlain && !isUtf8(bytes)) throw new AppError('invalid_utf8');
  const fields = scanFields(units);
  const value = parseObject(isPlain ? units : bytes.toString('utf8'));
  return { value, bytes, fields };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new AppError('malformed_json', {
      message: `The body is not valid JSON: ${said.slice(0, 200)}`,
      cause: error,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AppError('invalid_request', { message: 'The body must be a JSON object.' });
  }
  return value as Record<string, unknown>;
}

/**
 * Finds the spans of top-level values in one pass. It trusts the text to be JSON (the parser that follows refuses
 * what is not) and looks only at strings, brackets, colons and commas. `text` has one unit for each byte (Latin-1): that
 * is searched several times faster than a buffer.
 */
function scanFields(text: string): Map<string, FieldSpan> {
  const fields = new Map<string, FieldSpan>();
  let depth = 0;
  let members = 0;
  let keyText: string | null = null;
  let valueStart = -1;
  const close = (end: number): void => {
    if (keyText !== null && valueStart >= 0) noteField(fields, decodeKey(keyText), trimSpan(text, valueStart, end));
    keyText = null;
    valueStart = -1;
  };
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === QUOTE) {
      const end = skipString(text, index);
      if (depth === 1 && valueStart < 0) keyText = text.slice(index, end);
      index = end - 1;
    } else if (unit === OPEN_OBJECT || unit === OPEN_LIST) {
      depth = deeper(depth);
    } else if (unit === CLOSE_OBJECT || unit === CLOSE_LIST) {
      if (depth === 1) close(index);
      depth -= 1;
    } else if (unit === COLON) {
      members = oneMore(members);
      if (depth === 1 && valueStart < 0) valueStart = index + 1;
    } else if (depth === 1 && unit === COMMA) {
      close(index);
    }
  }
  return fields;
}

function deeper(depth: number): number {
  if (depth < DEPTH_MAX) return depth + 1;
  throw new AppError('nesting_too_deep', { message: `The body nests deeper than ${DEPTH_MAX} levels.` });
}

function oneMore(members: number): number {
  if (members < MEMBERS_MAX) return members + 1;
  throw new AppError('invalid_request', { message: `The body has more than ${MEMBERS_MAX} names in its objects.` });
}

/** The index just behind the string that opens at `start`. */
function skipString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    if (!isEscaped(text, quote)) return quote + 1;
  }
  return text.length;
}

/** Whether an odd number of backslashes stands before. */
function isEscaped(text: string, at: number): boolean {
  let from = at;
  while (text.charCodeAt(from - 1) === BACKSLASH) from -= 1;
  return (at - from) % 2 === 1;
}

/** A key may be written with escapes (`"mod\u0065l"`); it is the same field all the same. */
function decodeKey(text: string): string {
  if (!NEEDS_DECODING.test(text)) return text.slice(1, -1);
  const key = Buffer.from(text, 'latin1').toString('utf8');
  try {
    return String(JSON.parse(key));
  } catch {
    return key; // Not JSON: the parser that follows says so.
  }
}

function noteField(fields: Map<string, FieldSpan>, key: string, span: FieldSpan): void {
  if (fields.has(key) && SINGLE_FIELDS.has(key)) {
    throw new AppError('duplicate_field', { message: `The body gives the field "${key}" twice.`, param: key });
  }
  fields.set(key, span);
}

function trimSpan(text: string, start: number, end: number): FieldSpan {
  let from = start;
  let to = end;
  while (from < to && isSpace(text.charCodeAt(from))) from += 1;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to -= 1;
  return { start: from, end: to };
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}
