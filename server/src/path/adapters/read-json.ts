/**
 * Reads what providers send. Lenient on purpose: a field that is missing, null or of another type counts as absent.
 */

export type JsonRecord = Readonly<Record<string, unknown>>;

export function readRecord(value: unknown): JsonRecord | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : null;
}

export function readList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text that is not empty. */
export function readText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function readIndex(value: unknown, fallback: number): number {
  return isCount(value) ? value : fallback;
}

/** No call uses a billion tokens: such a figure is a provider's mistake, and the usage is estimated instead. */
export function readTokens(value: unknown): number | null {
  return isCount(value) && value <= 1_000_000_000 ? value : null;
}

/** A whole number from 0 on. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** The deepest nesting that is read. What is written again recurses: far deeper values would end in a `RangeError`. */
export const DEPTH_MAX = 512;

/** The value, or `undefined` where the text is not JSON or nested deeper than `DEPTH_MAX`. */
export function parseJson(text: string): unknown {
  if (text.length > 2 * DEPTH_MAX && isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Expected: providers and the proxies before them also answer in HTML or plain text.
    return undefined;
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = findStringEnd(text, at);
    else if (code === 0x5b || code === 0x7b) depth += 1;
    else if (code === 0x5d || code === 0x7d) depth -= 1;
    if (depth > DEPTH_MAX) return true;
  }
  return false;
}

/** Where the quote stands that closes the string which begins at `start`, or the end of the text. */
function findStringEnd(text: string, start: number): number {
  for (let end = start; ;) {
    end = text.indexOf('"', end + 1);
    if (end === -1) return text.length;
    let before = end;
    while (text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 0) return end;
  }
}

/** Without the fields that are `undefined`. */
export function dropAbsent(fields: JsonRecord): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
