/**
 * What Reeve reads of OpenAI's Responses wire: items, usage, errors. Lenient like the rest. Source: the public API
 * reference for responses and their streaming events.
 */
import type { Citation, FinishReason, Signature, Usage } from '@reeve/contracts';
import { readList, readRecord, readText, readTokens, type JsonRecord } from '../read-json.ts';
import type { WireError } from '../sse-translator.ts';
import { readAnnotations, readError, RESPONSES_WIRE } from './openai-wire.ts';

/** `usage` of a response; `null` where it is missing or makes no sense. */
export function readResponseUsage(value: unknown): Usage | null {
  const usage = readRecord(value);
  const inputTokens = readTokens(usage?.input_tokens);
  const outputTokens = readTokens(usage?.output_tokens ?? 0);
  if (usage === null || inputTokens === null || outputTokens === null) return null;
  const cached = readTokens(readRecord(usage.input_tokens_details)?.cached_tokens) ?? 0;
  const reasoning = readTokens(readRecord(usage.output_tokens_details)?.reasoning_tokens) ?? 0;
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens: Math.min(cached, inputTokens),
    ...(reasoning === 0 ? {} : { reasoningTokens: Math.min(reasoning, outputTokens) }),
    estimated: false,
  };
}

/** Why the response ended, from its status and what it holds. */
export function readOutcome(response: JsonRecord): FinishReason {
  const reason = readText(readRecord(response.incomplete_details)?.reason);
  if (reason === 'max_output_tokens') return 'length';
  if (reason === 'content_filter') return 'content-filter';
  if (response.status !== 'completed') return 'other';
  return readList(response.output).some((item) => isToolCall(readRecord(item))) ? 'tool-calls' : 'stop';
}

export function isToolCall(item: JsonRecord | null): item is JsonRecord {
  return item?.type === 'function_call' || item?.type === 'custom_tool_call';
}

/** What the provider wants back of a thought: the item's id and its encrypted content, as JSON. */
export function readSignature(item: JsonRecord): Signature | null {
  const encrypted = readText(item.encrypted_content);
  if (encrypted === null) return null;
  const value = JSON.stringify({ id: readText(item.id), encrypted_content: encrypted });
  return { wire: RESPONSES_WIRE, value };
}

/** Sources of a text; files and containers have no address and are left to the raw bytes. */
export function readTextAnnotations(value: unknown): Citation[] {
  return readAnnotations(readList(value).filter((item) => readRecord(item)?.type === 'url_citation'));
}

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  server_error: 500,
  invalid_prompt: 400,
  context_length_exceeded: 400,
};

/** The error of a whole response, of the event `response.failed`, or of an event `error`. */
export function readResponseError(chunk: JsonRecord): WireError | null {
  const failed = readRecord(chunk.response);
  if (chunk.type === 'response.failed') return describe(readRecord(failed?.error) ?? {});
  if (chunk.type === 'error') return describe(readRecord(chunk.error) ?? chunk);
  return readError(chunk);
}

function describe(error: JsonRecord): WireError {
  const code = readText(error.code);
  const message = readText(error.message) ?? code ?? 'The provider could not finish the response.';
  return { message, status: code === null ? null : (STATUS_OF_CODE[code] ?? null) };
}
