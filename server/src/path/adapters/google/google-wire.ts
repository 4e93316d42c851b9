/**
 * What Reeve reads of the Gemini wire, and how. Lenient on purpose: a field that is missing, null or of another type
 * counts as absent. Source: the public API reference of the Gemini API (v1beta) for generateContent,
 * streamGenerateContent, countTokens and batchEmbedContents.
 */
import type { FinishReason, TokenLogprob, Usage } from '@reeve/contracts';
import { readList, readRecord, readText, readTokens, type JsonRecord } from '../read-json.ts';
import type { WireError } from '../sse-translator.ts';

export const WIRE = 'google';

/** `usageMetadata` of an answer or chunk; `null` where it is missing or makes no sense. */
export function readUsage(value: unknown): Usage | null {
  const usage = readRecord(value);
  const promptTokens = readTokens(usage?.promptTokenCount);
  if (usage === null || promptTokens === null) return null;
  const reasoningTokens = readTokens(usage.thoughtsTokenCount) ?? 0;
  // Results of the provider's own tools are input that the prompt's figure leaves out; thoughts are billed as output.
  const inputTokens = promptTokens + (readTokens(usage.toolUsePromptTokenCount) ?? 0);
  const outputTokens = (readTokens(usage.candidatesTokenCount) ?? 0) + reasoningTokens;
  const audioInputTokens = readAudioTokens(usage.promptTokensDetails);
  const audioOutputTokens = readAudioTokens(usage.candidatesTokensDetails);
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens: Math.min(readTokens(usage.cachedContentTokenCount) ?? 0, inputTokens),
    ...(reasoningTokens === 0 ? {} : { reasoningTokens }),
    ...(audioInputTokens === 0 ? {} : { audioInputTokens: Math.min(audioInputTokens, inputTokens) }),
    ...(audioOutputTokens === 0 ? {} : { audioOutputTokens: Math.min(audioOutputTokens, outputTokens) }),
    estimated: false,
  };
}

function readAudioTokens(details: unknown): number {
  const counts = readList(details).map((detail) => {
    const record = readRecord(detail);
    return record?.modality === 'AUDIO' ? (readTokens(record.tokenCount) ?? 0) : 0;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/** `hasCalls`: a turn that ends in tool calls stops like any other on this wire. */
export function readFinishReason(value: string, hasCalls: boolean): FinishReason {
  switch (value) {
    case 'STOP':
      return hasCalls ? 'tool-calls' : 'stop';
    case 'MAX_TOKENS':
      return 'length';
    case 'SAFETY':
    case 'RECITATION':
    case 'BLOCKLIST':
    case 'PROHIBITED_CONTENT':
    case 'SPII':
    case 'MODEL_ARMOR':
    case 'IMAGE_SAFETY':
    case 'IMAGE_PROHIBITED_CONTENT':
    case 'IMAGE_RECITATION':
      return 'content-filter';
    default:
      return 'other';
  }
}

/** The prompt itself was blocked: there will be no candidate. */
export function isBlocked(body: JsonRecord): boolean {
  return readText(readRecord(body.promptFeedback)?.blockReason) !== null;
}

/** `logprobsResult` of a candidate; the alternatives stand in a list of their own, token by token. */
export function readLogprobs(value: unknown): TokenLogprob[] | null {
  const result = readRecord(value);
  const tops = readList(result?.topCandidates);
  const tokens = readList(result?.chosenCandidates).flatMap((chosen, position) => {
    const token = toLogprob(chosen);
    if (token === null) return [];
    const top = readList(readRecord(tops[position])?.candidates).flatMap((other) => toLogprob(other) ?? []);
    return [{ ...token, top }];
  });
  return tokens.length === 0 ? null : tokens;
}

function toLogprob(value: unknown) {
  const item = readRecord(value);
  if (typeof item?.token !== 'string' || typeof item.logProbability !== 'number') return null;
  return { token: item.token, logprob: item.logProbability, bytes: null };
}

/** The error in a body or frame: `{error: {code, message, status}}`, also in a list, as streams wrap it. */
export function readError(value: unknown): WireError | null {
  const body = readRecord(Array.isArray(value) ? value[0] : value);
  if (body === null || body.error === undefined || body.error === null) return null;
  const error = readRecord(body.error);
  if (error === null) return { message: readText(body.error) ?? JSON.stringify(body.error), status: null };
  const code = Number(error.code);
  const status = Number.isInteger(code) && code >= 400 && code <= 599 ? code : null;
  return { message: readText(error.message) ?? readText(error.status) ?? '', status };
}

/** The provider's own sentence in the body of an error status. */
export function findErrorMessage(value: unknown): string | null {
  return readError(value)?.message ?? readText(value);
}

/** What else an error says in its `details`: how many seconds to wait, and that this server's key is not good. */
export function readErrorDetails(value: unknown): { retryAfter: string | null; keyRefused: boolean } {
  const body = readRecord(Array.isArray(value) ? value[0] : value);
  const details = readList(readRecord(body?.error)?.details).map(readRecord);
  const delay = details.map((detail) => readSeconds(detail?.retryDelay)).find((seconds) => seconds !== null);
  return { retryAfter: delay ?? null, keyRefused: details.some((detail) => detail?.reason === 'API_KEY_INVALID') };
}

/** `34s` or `34.07s` as whole seconds, rounded up. */
function readSeconds(value: unknown): string | null {
  const found = /^(\d+(?:\.\d+)?)s$/.exec(readText(value) ?? '');
  return found === null ? null : String(Math.ceil(Number(found[1])));
}

/**
 * The generation of a Gemini model by its name, e.g. 2 for `gemini-2.5-pro`; 0 where the name does not tell. Aliases
 * that follow the newest model count as 3.
 */
export function readGeneration(modelId: string): number {
  const named = /gemini-(\d+)/.exec(modelId);
  if (named !== null) return Number(named[1]);
  return /^(models\/)?gemini-.*-latest$/.test(modelId) ? 3 : 0;
}
