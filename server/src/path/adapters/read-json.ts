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

/** The value, or `undefined` where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Expected: providers and the proxies before them also answer in HTML or plain text.
    return undefined;
  }
}

/** Without the fields that are `undefined`. */
export function dropAbsent(fields: JsonRecord): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
