/**
 * What Reeve reads of the OpenAI wire, and how. Lenient on purpose: many servers speak it almost. A field that is
 * missing, null or of another type counts as absent. Source: the public API reference for chat completions and
 * embeddings.
 */
import type { FinishReason, Usage } from '@reeve/contracts';

export const WIRE = 'openai';

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
function isTokens(value: unknown): value is number {
  return isCount(value) && value <= 1_000_000_000;
}

/** `usage` of an answer or chunk; `null` where it is missing or makes no sense. */
export function readUsage(value: unknown): Usage | null {
  const usage = readRecord(value);
  if (usage === null) return null;
  const { prompt_tokens: inputTokens, completion_tokens: outputTokens = 0 } = usage;
  if (!isTokens(inputTokens) || !isTokens(outputTokens)) return null;
  const cached = readRecord(usage.prompt_tokens_details)?.cached_tokens;
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens: isCount(cached) ? Math.min(cached, inputTokens) : 0,
    estimated: false,
  };
}

/** The text of a message's or delta's `content`: a text, or parts of which some are text. */
export function readContent(value: unknown): string | null {
  if (!Array.isArray(value)) return readText(value);
  const texts = value.flatMap((part) => readText(readRecord(part)?.text) ?? []);
  return texts.length === 0 ? null : texts.join('');
}

/** What a model thought aloud; servers name it differently. */
export function readReasoning(message: JsonRecord): string | null {
  return readText(message.reasoning_content) ?? readText(message.reasoning);
}

export function readFinishReason(value: string): FinishReason {
  switch (value) {
    case 'stop':
    case 'length':
      return value;
    case 'tool_calls':
    case 'function_call':
      return 'tool-calls';
    case 'content_filter':
      return 'content-filter';
    default:
      return 'other';
  }
}

export interface WireError {
  message: string;
  /** An HTTP status that stands in the error itself, as some gateways send inside a 200. */
  status: number | null;
}

/** The error in a body or frame: `{error: {…}}`, `{error: "…"}`, `{object: "error", message}`. */
export function readError(value: unknown): WireError | null {
  const body = readRecord(value);
  if (body === null) return null;
  if (body.object === 'error') return describeError(body);
  const { error } = body;
  if (error === undefined || error === null || error === false) return null;
  const record = readRecord(error);
  return record === null ? { message: readText(error) ?? JSON.stringify(error), status: null } : describeError(record);
}

/** The provider's own sentence in the body of an error status. */
export function findErrorMessage(value: unknown): string | null {
  const body = readRecord(value);
  return readError(value)?.message ?? readText(body?.message) ?? readText(body?.detail) ?? readText(value);
}

function describeError(error: JsonRecord): WireError {
  const code = Number(error.code ?? error.status);
  const status = Number.isInteger(code) && code >= 400 && code <= 599 ? code : null;
  return { message: readText(error.message) ?? readText(error.code) ?? readText(error.type) ?? '', status };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
