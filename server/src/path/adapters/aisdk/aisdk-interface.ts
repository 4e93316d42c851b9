/**
 * The interface of the AI SDK's provider packages, as far as Reeve uses it. Its versions 2 and 3 differ in usage and
 * finish reasons only. Source: the public specification of language models in `@ai-sdk/provider`.
 */
import type { FinishReason, Usage } from '@reeve/contracts';
import { readRecord, readText, readTokens, type JsonRecord } from '../read-json.ts';

export interface AiSdkProvider {
  languageModel?(modelId: string): AiSdkModel;
  embeddingModel?(modelId: string): AiSdkEmbedder;
  textEmbeddingModel?(modelId: string): AiSdkEmbedder;
}

export interface AiSdkModel {
  doGenerate(options: object): Promise<unknown>;
  doStream(options: object): Promise<{ stream: ReadableStream<unknown> }>;
}

export interface AiSdkEmbedder {
  doEmbed(options: { values: string[]; abortSignal: AbortSignal }): Promise<unknown>;
}

/** Plain figures (version 2) or figures taken apart (version 3); `null` where nothing is stated. */
export function readUsage(value: unknown): Usage | null {
  const usage = readRecord(value);
  if (usage === null) return null;
  const input = takeApart(usage.inputTokens, { cacheRead: usage.cachedInputTokens });
  const output = takeApart(usage.outputTokens, { reasoning: usage.reasoningTokens });
  const inputTokens = readTokens(input.total);
  const outputTokens = readTokens(output.total);
  if (inputTokens === null || outputTokens === null) return null;
  const cached = readTokens(input.cacheRead) ?? 0;
  const cacheWriteTokens = readTokens(input.cacheWrite) ?? 0;
  const reasoningTokens = readTokens(output.reasoning) ?? 0;
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens: Math.min(cached, inputTokens),
    ...(cacheWriteTokens === 0 ? {} : { cacheWriteTokens }),
    ...(reasoningTokens === 0 ? {} : { reasoningTokens }),
    estimated: false,
  };
}

/** Version 2 states the parts of a figure beside it. */
function takeApart(figure: unknown, beside: JsonRecord): JsonRecord {
  return readRecord(figure) ?? { total: figure, ...beside };
}

const REASONS: ReadonlySet<string> = new Set(['stop', 'length', 'tool-calls', 'content-filter']);

export function readFinishReason(value: unknown): FinishReason {
  const reason = readText(readRecord(value)?.unified) ?? readText(value) ?? '';
  return REASONS.has(reason) ? (reason as FinishReason) : 'other';
}

/** What the package says it could not carry, or `null`: it would be lost silently. */
export function findWarning(value: unknown): string | null {
  for (const warning of Array.isArray(value) ? value.map(readRecord) : []) {
    const type = readText(warning?.type) ?? '';
    if (!type.startsWith('unsupported')) continue;
    const name = readText(warning?.feature) ?? readText(warning?.setting) ?? readText(warning?.details) ?? 'a setting';
    return `The provider's package does not take ${name}.`;
  }
  return null;
}

/** A page that a source stands for. */
export function readSource(part: JsonRecord) {
  const url = readText(part.url);
  return url === null ? null : { url, title: readText(part.title), quote: null, start: null, end: null };
}
