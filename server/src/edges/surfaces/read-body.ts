/** Reads a JSON body without losing it: the value for us, the bytes and where its fields stand for pass-through. */
import { isUtf8 } from 'node:buffer';
import type { FieldSpan } from '@reeve/contracts';
import { AppError } from '#kernel';

export interface JsonBody {
  value: Readonly<Record<string, unknown>>;
  bytes: Buffer;
  /** Where each top-level field's value stands in `bytes`. */
  fields: ReadonlyMap<string, FieldSpan>;
}

const DEPTH_MAX = 128;
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
]);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;

/** Parses a JSON object. Throws `AppError` for what is not valid UTF-8, not JSON, too deep, or gives a field twice. */
export function readJsonBody(body: Uint8Array): JsonBody {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!isUtf8(bytes)) throw new AppError('invalid_utf8');
  const fields = scanFields(bytes);
  const value = parseObject(bytes);
  return { value, bytes, fields };
}

function parseObject(bytes: Buffer): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
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
 * what is not) and looks only at strings, brackets, colons and commas.
 */
function scanFields(bytes: Buffer): Map<string, FieldSpan> {
  const fields = new Map<string, FieldSpan>();
  let depth = 0;
  let key: string | null = null;
  let keyText: [number, number] | null = null;
  let valueStart = -1;
  const close = (end: number): void => {
    if (key !== null && valueStart >= 0) noteField(fields, key, trimSpan(bytes, valueStart, end));
    key = null;
    keyText = null;
    valueStart = -1;
  };
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === QUOTE) {
      const end = skipString(bytes, index);
      if (depth === 1 && key === null) keyText = [index, end];
      index = end - 1;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > DEPTH_MAX) {
        throw new AppError('nesting_too_deep', { message: `The body nests deeper than ${DEPTH_MAX} levels.` });
      }
    } else if (byte === 0x7d || byte === 0x5d) {
      if (depth === 1) close(index);
      depth -= 1;
    } else if (depth === 1) {
      if (byte === COLON && keyText !== null && key === null) {
        key = decodeKey(bytes, keyText);
        valueStart = index + 1;
      } else if (byte === COMMA) close(index);
    }
  }
  return fields;
}

/** The index just behind the string that opens at `start`. */
function skipString(bytes: Buffer, start: number): number {
  for (let index = start + 1; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === BACKSLASH) index += 1;
    else if (byte === QUOTE) return index + 1;
  }
  return bytes.length;
}

/** A key may be written with escapes (`"mod\u0065l"`); it is the same field all the same. */
function decodeKey(bytes: Buffer, [start, end]: [number, number]): string {
  const text = bytes.toString('utf8', start, end);
  if (!text.includes('\\')) return text.slice(1, -1);
  try {
    return String(JSON.parse(text));
  } catch {
    return text; // Not JSON: the parser that follows says so.
  }
}

function noteField(fields: Map<string, FieldSpan>, key: string, span: FieldSpan): void {
  if (fields.has(key) && SINGLE_FIELDS.has(key)) {
    throw new AppError('duplicate_field', { message: `The body gives the field "${key}" twice.`, param: key });
  }
  fields.set(key, span);
}

function trimSpan(bytes: Buffer, start: number, end: number): FieldSpan {
  let from = start;
  let to = end;
  while (from < to && isSpace(bytes[from])) from += 1;
  while (to > from && isSpace(bytes[to - 1])) to -= 1;
  return { start: from, end: to };
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
