/**
 * What Reeve reads of Bedrock's Converse wire, and how. Lenient on purpose: a field that is missing, null or of another
 * type counts as absent. Source: the public API reference for Converse, ConverseStream, CountTokens and InvokeModel.
 */
import type { Citation, FinishReason, Signature, Usage } from '@reeve/contracts';
import { readList, readRecord, readText, readTokens, type JsonRecord } from '../read-json.ts';
import type { WireError } from '../sse-translator.ts';

export const WIRE = 'bedrock';

/** `usage` of an answer or of `metadata`: its input is without what was read from a cache or written to it. */
export function readUsage(value: unknown): Usage | null {
  const usage = readRecord(value);
  const freshTokens = readTokens(usage?.inputTokens);
  const outputTokens = readTokens(usage?.outputTokens ?? 0);
  if (usage === null || freshTokens === null || outputTokens === null) return null;
  const cachedInputTokens = readTokens(usage.cacheReadInputTokens) ?? 0;
  const writtenTokens = readTokens(usage.cacheWriteInputTokens) ?? 0;
  const hourTokens = Math.min(readHourTokens(usage.cacheDetails), writtenTokens);
  return {
    inputTokens: freshTokens + cachedInputTokens + writtenTokens,
    outputTokens,
    cachedInputTokens,
    ...(writtenTokens > hourTokens ? { cacheWriteTokens: writtenTokens - hourTokens } : {}),
    ...(hourTokens > 0 ? { cacheWrite1hTokens: hourTokens } : {}),
    estimated: false,
  };
}

function readHourTokens(details: unknown): number {
  const hour = readList(details).find((detail) => readRecord(detail)?.ttl === '1h');
  return readTokens(readRecord(hour)?.inputTokens) ?? 0;
}

/** Why the model stopped, and at which of the caller's stop sequences where a model of Claude's family says it. */
export function readEnd(body: JsonRecord): { finishReason: FinishReason; stopSequence?: string } {
  const finishReason = readFinishReason(readText(body.stopReason) ?? '');
  const stopSequence = readText(readRecord(body.additionalModelResponseFields)?.stop_sequence);
  return { finishReason, ...(stopSequence === null ? {} : { stopSequence }) };
}

function readFinishReason(value: string): FinishReason {
  switch (value) {
    case 'end_turn':
    case 'stop_sequence':
      return 'stop';
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length';
    case 'tool_use':
      return 'tool-calls';
    case 'guardrail_intervened':
    case 'content_filtered':
      return 'content-filter';
    case 'refusal':
      return 'refusal';
    case 'pause_turn':
      return 'pause';
    default:
      return 'other';
  }
}

export const sign = (value: string): Signature => ({ wire: WIRE, value });

/** A citation, with the place in the source's text as the quote. */
export function readCitation(value: unknown): Citation | null {
  const citation = readRecord(value);
  if (citation === null) return null;
  const quotes = readList(citation.sourceContent).flatMap((part) => readText(readRecord(part)?.text) ?? []);
  const url = readText(readRecord(readRecord(citation.location)?.web)?.url);
  return { url, title: readText(citation.title), quote: quotes.join('') || null, start: null, end: null };
}

/** The error in a body that came under a good status: it has a message and nothing of an answer. */
export function readError(body: JsonRecord): WireError | null {
  const isAnswer = ['output', 'embedding', 'embeddings', 'inputTokens'].some((field) => body[field] !== undefined);
  const message = isAnswer ? null : findErrorMessage(body);
  return message === null ? null : { message, status: null };
}

/** The provider's own sentence in the body of an error. */
export function findErrorMessage(value: unknown): string | null {
  const body = readRecord(value);
  const error = readRecord(body?.error);
  return readText(body?.message) ?? readText(body?.Message) ?? readText(error?.message);
}

/** What each exception in a stream would have been as a status. */
const EXCEPTION_STATUS: Readonly<Record<string, number>> = {
  throttlingException: 429,
  validationException: 400,
  internalServerException: 500,
  modelStreamErrorException: 424,
  serviceUnavailableException: 503,
  modelTimeoutException: 408,
};

/** The error that a message of a stream is, if it is one: of the service (`exception`), or of the connection (`error`). */
export function readStreamError(headers: ReadonlyMap<string, string>, payload: JsonRecord | null): WireError | null {
  const type = headers.get(':message-type');
  if (type === 'error') {
    return { message: headers.get(':error-message') ?? headers.get(':error-code') ?? '', status: null };
  }
  if (type !== 'exception') return null;
  const name = headers.get(':exception-type') ?? '';
  const message = findErrorMessage(payload) ?? readText(payload?.originalMessage) ?? name;
  return { message, status: EXCEPTION_STATUS[name] ?? null };
}
