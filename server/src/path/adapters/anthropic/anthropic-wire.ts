/**
 * What Reeve reads of the Anthropic wire, and how. Lenient: a field that is missing, null or of another type counts as
 * absent. Source: the public API reference for Messages and its list of errors.
 */
import type { Citation, FinishReason, Signature, Usage } from '@reeve/contracts';
import { readRecord, readText, readTokens, type JsonRecord } from '../read-json.ts';
import type { WireError } from '../sse-translator.ts';

export const WIRE = 'anthropic';

/** `usage` of an answer; `null` where it is missing or makes no sense. The wire counts cached input apart from the rest. */
export function readUsage(value: unknown): Usage | null {
  const usage = readRecord(value);
  const fresh = readTokens(usage?.input_tokens);
  const outputTokens = readTokens(usage?.output_tokens);
  if (usage === null || fresh === null || outputTokens === null) return null;
  const cachedInputTokens = readTokens(usage.cache_read_input_tokens) ?? 0;
  const { minutes, hour } = readCacheWrites(usage);
  const reasoningTokens = readTokens(readRecord(usage.output_tokens_details)?.thinking_tokens) ?? 0;
  return {
    inputTokens: fresh + cachedInputTokens + minutes + hour,
    outputTokens,
    cachedInputTokens,
    ...(minutes === 0 ? {} : { cacheWriteTokens: minutes }),
    ...(hour === 0 ? {} : { cacheWrite1hTokens: hour }),
    ...(reasoningTokens === 0 ? {} : { reasoningTokens: Math.min(reasoningTokens, outputTokens) }),
    estimated: false,
  };
}

/** Tokens written to stay 5 minutes and 1 hour; without a stated lifetime it is the shorter one. */
function readCacheWrites(usage: JsonRecord): { minutes: number; hour: number } {
  const creation = readRecord(usage.cache_creation);
  const hour = readTokens(creation?.ephemeral_1h_input_tokens) ?? 0;
  const minutes = readTokens(creation?.ephemeral_5m_input_tokens) ?? 0;
  const written = readTokens(usage.cache_creation_input_tokens) ?? minutes + hour;
  return { hour: Math.min(hour, written), minutes: Math.max(written - hour, 0) };
}

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  pause_turn: 'pause',
  refusal: 'refusal',
};

/** `stop_reason` and `stop_sequence` of an answer or of `message_delta`. */
export function readEnd(record: JsonRecord): { finishReason: FinishReason; stopSequence?: string } {
  const finishReason = FINISH_REASONS[readText(record.stop_reason) ?? ''] ?? 'other';
  const stopSequence = readText(record.stop_sequence);
  return stopSequence === null ? { finishReason } : { finishReason, stopSequence };
}

/** The wire marks a whole text block as cited and gives no offsets into it. */
export function readCitation(value: unknown): Citation | null {
  const citation = readRecord(value);
  if (citation === null) return null;
  return {
    url: readText(citation.url) ?? readText(citation.source),
    title: readText(citation.title) ?? readText(citation.document_title),
    quote: readText(citation.cited_text),
    start: null,
    end: null,
  };
}

export const toSignature = (value: string): Signature => ({ wire: WIRE, value });

/** Marks a redacted thought's data: a thought whose text is only withheld has no text either, and another block. */
const REDACTED = 'redacted:';

export const toRedactedSignature = (data: string): Signature => toSignature(REDACTED + data);

/** The data of a redacted thought; `null` for any other signature. */
export function readRedacted({ value }: Signature): string | null {
  return value.startsWith(REDACTED) ? value.slice(REDACTED.length) : null;
}

/** A tool's input as the JSON text that the other wires give. */
export function toArguments(input: unknown): string {
  if (typeof input === 'string') return input;
  return input === undefined || input === null ? '{}' : JSON.stringify(input);
}

/** What an error inside a stream would have been as a status. */
const STATUSES: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/** The error in a body or frame: `{"type": "error", "error": {"type", "message"}}`. */
export function readError(value: unknown): WireError | null {
  const body = readRecord(value);
  if (body === null || (body.type !== 'error' && !isError(body.error))) return null;
  const error = readRecord(body.error) ?? body;
  const message = readText(error.message) ?? readText(body.error) ?? readText(error.type) ?? '';
  return { message, status: STATUSES[readText(error.type) ?? ''] ?? null };
}

const isError = (value: unknown): boolean => readText(value) !== null || readRecord(value) !== null;

/** The provider's own sentence in the body of an error status. */
export function findErrorMessage(value: unknown): string | null {
  const body = readRecord(value);
  return readError(value)?.message ?? readText(body?.message) ?? readText(body?.detail) ?? readText(value);
}
