/**
 * What Reeve reads of the OpenAI wire, and how. Lenient on purpose: many servers speak it almost. A field that is
 * missing, null or of another type counts as absent. Source: the public API reference for chat completions and
 * embeddings.
 */
import type { FinishReason, TokenLogprob, Usage } from '@reeve/contracts';
import type { Provider } from '../adapter.ts';
import type { OpenAiSettings } from '../provider-settings.ts';
import { isCount, readList, readRecord, readText, readTokens, type JsonRecord } from '../read-json.ts';
import type { WireError } from '../sse-translator.ts';

export const WIRE = 'openai';

/** `usage` of an answer or chunk; `null` where it is missing or makes no sense. */
export function readUsage(value: unknown): Usage | null {
  const usage = readRecord(value);
  if (usage === null) return null;
  const inputTokens = readTokens(usage.prompt_tokens);
  const outputTokens = readTokens(usage.completion_tokens ?? 0);
  if (inputTokens === null || outputTokens === null) return null;
  const input = readRecord(usage.prompt_tokens_details);
  const output = readRecord(usage.completion_tokens_details);
  const reasoningTokens = readTokens(output?.reasoning_tokens) ?? 0;
  const audioInputTokens = readTokens(input?.audio_tokens) ?? 0;
  const audioOutputTokens = readTokens(output?.audio_tokens) ?? 0;
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens: Math.min(readTokens(input?.cached_tokens) ?? 0, inputTokens),
    ...(reasoningTokens === 0 ? {} : { reasoningTokens: Math.min(reasoningTokens, outputTokens) }),
    ...(audioInputTokens === 0 ? {} : { audioInputTokens: Math.min(audioInputTokens, inputTokens) }),
    ...(audioOutputTokens === 0 ? {} : { audioOutputTokens: Math.min(audioOutputTokens, outputTokens) }),
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

/** `logprobs` of a choice. */
export function readLogprobs(value: unknown): TokenLogprob[] | null {
  const tokens = readList(readRecord(value)?.content).flatMap((item) => {
    const token = toLogprob(readRecord(item));
    if (token === null) return [];
    const top = readList(readRecord(item)?.top_logprobs).flatMap((other) => toLogprob(readRecord(other)) ?? []);
    return [{ ...token, top }];
  });
  return tokens.length === 0 ? null : tokens;
}

function toLogprob(item: JsonRecord | null) {
  if (typeof item?.token !== 'string' || typeof item.logprob !== 'number') return null;
  const bytes = Array.isArray(item.bytes) ? item.bytes.filter(isCount) : null;
  return { token: item.token, logprob: item.logprob, bytes };
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

/** The settings of a provider, checked when reeve.yaml was read. */
export function readSettings({ settings }: Provider): OpenAiSettings {
  return settings;
}
