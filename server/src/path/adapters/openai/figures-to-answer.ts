/** Answers that are figures and not words: vectors, scores of documents, verdicts of moderation. */
import type { AnswerPart, Usage } from '@reeve/contracts';
import { readIndex, readRecord, readTokens, type JsonRecord } from '../read-json.ts';
import { readUsage } from './openai-wire.ts';

export function vectorToParts(item: unknown, position: number): AnswerPart[] {
  const record = readRecord(item);
  const vector = readVector(record?.embedding);
  return vector === null ? [] : [{ type: 'embedding', index: readIndex(record?.index, position), vector }];
}

/** Numbers, or little-endian 32-bit floats in base64. */
function readVector(value: unknown): readonly number[] | null {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'base64');
    return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readFloatLE(index * 4));
  }
  return Array.isArray(value) && value.every((item) => typeof item === 'number') ? value : null;
}

/** The verdict on one input. Source: the public API reference for moderations. */
export function verdictToParts(item: unknown, index: number): AnswerPart[] {
  const verdict = readRecord(item);
  const scores = readRecord(verdict?.category_scores) ?? {};
  const flags = readRecord(verdict?.categories) ?? {};
  const names = new Set([...Object.keys(flags), ...Object.keys(scores)]);
  if (verdict === null || (names.size === 0 && typeof verdict.flagged !== 'boolean')) return [];
  const categories = Object.fromEntries([...names].map((name) => [name, readCategory(flags[name], scores[name])]));
  const flagged = verdict.flagged === true || Object.values(categories).some((category) => category.flagged);
  return [{ type: 'moderation', index, flagged, categories }];
}

function readCategory(flag: unknown, score: unknown) {
  return { flagged: flag === true, score: typeof score === 'number' ? score : 0 };
}

/** Scores of the documents, best first. Some servers say `score`. Source: the rerank references of Jina and Cohere (v1). */
export function scoresToParts(items: readonly unknown[]): AnswerPart[] {
  const scores = items.flatMap((item, position) => {
    const record = readRecord(item);
    const score = record?.relevance_score ?? record?.score;
    const index = readIndex(record?.index, position);
    return typeof score === 'number' ? [{ type: 'score' as const, index, score }] : [];
  });
  return scores.toSorted((a, b) => b.score - a.score);
}

/** Tokens as OpenAI states them, their total only, as Jina does, or what is billed, as Cohere does. */
export function readRerankUsage(body: JsonRecord): Usage | null {
  const meta = readRecord(body.meta);
  const billed = readRecord(meta?.billed_units);
  const searches = readTokens(billed?.search_units);
  const said = [readRecord(body.usage)?.total_tokens, billed?.input_tokens, readRecord(meta?.tokens)?.input_tokens];
  const inputTokens = said.map(readTokens).find((tokens) => tokens !== null) ?? null;
  const stated = readUsage(body.usage);
  if (stated === null && inputTokens === null && searches === null) return null;
  const tokens = stated ?? { inputTokens: inputTokens ?? 0, outputTokens: 0, cachedInputTokens: 0, estimated: false };
  return searches === null ? tokens : { ...tokens, searches };
}
