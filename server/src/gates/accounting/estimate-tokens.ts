/**
 * Tokens without a tokenizer: an estimate for settling where the provider states no usage, and a bound
 * that a byte-level tokenizer cannot pass (each token covers at least one byte).
 */
import type { Call, CallKind, Part } from '@reeve/contracts';

const BYTES_PER_TOKEN = 4;
const TOKENS_PER_TURN = 4;
/** More than the large hosted models count for one image at full detail. */
const IMAGE_TOKENS_MAX = 3000;
const DEFAULT_OUTPUT_TOKENS_MAX = 16_384;
/** No call uses more; beyond it a figure is a mistake. */
const TOKENS_MAX = 1_000_000_000;

/** Calls that write nothing. */
const INPUT_ONLY: ReadonlySet<CallKind> = new Set(['embedding', 'rerank', 'moderation']);

/** Tokens of a text of `bytes` UTF-8 bytes, by the common rule of four bytes a token. */
export function estimateTextTokens(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/** Input tokens of a call: its texts, a few tokens of frame for each turn, the tools. */
export function estimateInputTokens(call: Call): number {
  let bytes = 0;
  let images = 0;
  let turns = 0;
  for (const part of call.parts) {
    bytes += partTextBytes(part);
    if (part.type === 'image') images += 1;
    turns = Math.max(turns, part.turn + 1);
  }
  if (call.params.tools !== undefined) bytes += Buffer.byteLength(JSON.stringify(call.params.tools));
  const frame = INPUT_ONLY.has(call.kind) ? 0 : turns * TOKENS_PER_TURN;
  return estimateTextTokens(bytes) + frame + images * IMAGE_TOKENS_MAX;
}

/** The most tokens that this call can use; `bodyBytes` is the size of the request as it came. */
export function boundTokens(
  call: Call,
  bodyBytes: number,
  modelOutputMax: number | null,
): { inputTokens: number; outputTokens: number } {
  const images = call.parts.reduce((count, part) => count + (part.type === 'image' ? 1 : 0), 0);
  const inputTokens = bodyBytes + images * IMAGE_TOKENS_MAX;
  if (call.kind === 'count') return { inputTokens: 0, outputTokens: 0 };
  if (INPUT_ONLY.has(call.kind)) return { inputTokens, outputTokens: 0 };
  const perChoice = call.params.maxOutputTokens ?? modelOutputMax ?? DEFAULT_OUTPUT_TOKENS_MAX;
  return { inputTokens, outputTokens: Math.min(perChoice * countAnswers(call), TOKENS_MAX) };
}

/** How many answers are written, also those that are thrown away: a completion has some for each prompt. */
function countAnswers({ kind, parts, params, extensions }: Call): number {
  const choices = params.choices ?? 1;
  if (kind !== 'completion') return choices;
  const tried = typeof extensions.best_of === 'number' ? Math.max(choices, extensions.best_of) : choices;
  return tried * parts.reduce((count, part) => count + (part.type === 'other' ? countPrompts(part.value) : 1), 0);
}

/** Token ids are one prompt, or a list of them. */
function countPrompts(value: unknown): number {
  return Array.isArray(value) && value.every(Array.isArray) ? value.length : 1;
}

function partTextBytes(part: Part): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      return Buffer.byteLength(part.text);
    case 'tool-result':
      return part.content.reduce((bytes, content) => bytes + partTextBytes({ ...part, ...content }), 0);
    case 'tool-call':
      return Buffer.byteLength(part.name) + Buffer.byteLength(part.arguments);
    case 'audio':
    case 'file':
      return Buffer.byteLength(part.data ?? '');
    case 'image':
      return 0;
    case 'other':
      return Buffer.byteLength(JSON.stringify(part.value));
  }
}
