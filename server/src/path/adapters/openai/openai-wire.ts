/**
 * What Reeve reads of the OpenAI wire, and how. Lenient on purpose: many servers speak it almost. A field that is
 * missing, null or of another type counts as absent. Source: the public API reference for chat completions and
 * embeddings.
 */
import type { Call, Citation, FinishReason, TokenLogprob, Usage } from '@reeve/contracts';
import type { Provider } from '../adapter.ts';
import { holdsForeignThoughts } from '../holds-foreign-thoughts.ts';
import type { OpenAiSettings } from '../provider-settings.ts';
import { isCount, readList, readRecord, readText, readTokens, type JsonRecord } from '../read-json.ts';
import type { WireError } from '../sse-translator.ts';

export const WIRE = 'openai';
export const RESPONSES_WIRE = 'openai-responses';
const RERANK_WIRE = 'rerank';

/** The wire on which a call goes to this provider; a Responses request goes as it came where the provider has that API. */
export function chooseWire(call: Call, provider: Provider): string {
  if (call.kind === 'rerank') return RERANK_WIRE;
  if (call.wire !== RESPONSES_WIRE || call.raw === undefined || readSettings(provider).responses !== true) return WIRE;
  return holdsForeignThoughts(call, RESPONSES_WIRE) ? WIRE : RESPONSES_WIRE;
}

/**
 * `usage` of an answer or chunk; `null` where it is missing or makes no sense. Some servers count reasoning beside the
 * completion and not in it: then their total says so.
 */
export function readUsage(value: unknown): Usage | null {
  const usage = readRecord(value);
  const inputTokens = readTokens(usage?.prompt_tokens);
  const visibleTokens = readTokens(usage?.completion_tokens ?? 0);
  if (usage === null || inputTokens === null || visibleTokens === null) return null;
  const input = readRecord(usage.prompt_tokens_details);
  const output = readRecord(usage.completion_tokens_details);
  const reasoning = readTokens(output?.reasoning_tokens) ?? 0;
  const isBeside = readTokens(usage.total_tokens) === inputTokens + visibleTokens + reasoning;
  const outputTokens = isBeside ? visibleTokens + reasoning : visibleTokens;
  const cachedInputTokens = shareOf(input?.cached_tokens ?? usage.prompt_cache_hit_tokens, inputTokens);
  const stated: Usage = { inputTokens, outputTokens, cachedInputTokens, estimated: false };
  if (input === null && output === null) return stated;
  return {
    ...stated,
    ...named('cacheWriteTokens', readCacheWrites(input, inputTokens - cachedInputTokens)),
    ...named('reasoningTokens', shareOf(reasoning, outputTokens)),
    ...named('audioInputTokens', shareOf(input?.audio_tokens, inputTokens)),
    ...named('audioOutputTokens', shareOf(output?.audio_tokens, outputTokens)),
  };
}

/** As gateways in front of providers with such a cache state them. */
function readCacheWrites(input: JsonRecord | null, fresh: number): number {
  return shareOf(input?.cache_write_tokens ?? input?.cache_creation_tokens, fresh);
}

/** A share is never more than the whole. */
function shareOf(value: unknown, whole: number): number {
  return Math.min(readTokens(value) ?? 0, whole);
}

/** What there is none of is left out. */
function named(name: keyof Usage, tokens: number): Partial<Usage> | null {
  return tokens === 0 ? null : { [name]: tokens };
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

/** Arguments as the text that they are on this wire; some servers send them parsed. */
export function readArguments(value: unknown): string {
  return readText(value) ?? (readRecord(value) === null ? '' : JSON.stringify(value));
}

/** `annotations` of a message or delta: the sources of its text. */
export function readAnnotations(value: unknown): Citation[] {
  return readList(value).flatMap((item) => {
    const annotation = readRecord(item);
    const source = readRecord(annotation?.url_citation) ?? annotation;
    const url = readText(source?.url);
    if (source === null || url === null) return [];
    return [
      { ...toCitation(url, source.title), start: readPlace(source.start_index), end: readPlace(source.end_index) },
    ];
  });
}

/** Sources as some search models give them beside the choices: `search_results`, or `citations` of bare URLs. */
export function readSources(body: JsonRecord): Citation[] {
  if (body.search_results === undefined && body.citations === undefined) return [];
  const results = readList(body.search_results).flatMap((item) => {
    const url = readText(readRecord(item)?.url);
    return url === null ? [] : [toCitation(url, readRecord(item)?.title)];
  });
  if (results.length > 0) return results;
  return readList(body.citations).flatMap((item) => {
    const url = readText(item);
    return url === null ? [] : [toCitation(url, null)];
  });
}

function toCitation(url: string, title: unknown): Citation {
  return { url, title: readText(title), quote: null, start: null, end: null };
}

function readPlace(value: unknown): number | null {
  return isCount(value) ? value : null;
}

/** `logprobs` of a choice. */
export function readLogprobs(value: unknown): TokenLogprob[] | null {
  return readTokenList(readRecord(value)?.content);
}

/** The list itself, as it also stands elsewhere. */
export function readTokenList(value: unknown): TokenLogprob[] | null {
  const tokens = readList(value).flatMap((item) => {
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
