/**
 * What Reeve reads of Cohere's wire (API v2), and how. Lenient on purpose: a field that is missing, null or of another type
 * counts as absent. Source: the public API reference for chat, embed and rerank.
 */
import type { Citation, FinishReason, Signature, TokenLogprob, Usage } from '@reeve/contracts';
import { isCount, readList, readRecord, readText, readTokens, type JsonRecord } from '../read-json.ts';
import type { WireError } from '../sse-translator.ts';

export const WIRE = 'cohere';

/** Marks a thought that was the model's plan for its tools, which has a place of its own in the next request. */
export const PLAN_SIGNATURE: Signature = { wire: WIRE, value: 'tool_plan' };

/** One block of a message's `content`, or a piece of one. */
export interface ContentBlock {
  type: 'text' | 'reasoning';
  text: string;
}

/** `null` where it says nothing, or is of a kind that no answer of this wire is known to have. */
export function readBlock(value: unknown): ContentBlock | null {
  const block = readRecord(value);
  const thought = readText(block?.thinking);
  if (thought !== null) return { type: 'reasoning', text: thought };
  const text = readText(block?.text);
  return text === null ? null : { type: 'text', text };
}

/** A tool call whole, or a piece of one. */
export interface ToolCallPiece {
  id: string | null;
  name: string | null;
  arguments: string;
}

export function readToolCall(value: unknown): ToolCallPiece | null {
  const call = readRecord(value);
  const tool = readRecord(call?.function);
  if (call === null || tool === null) return null;
  return { id: readText(call.id), name: readText(tool.name), arguments: readArguments(tool.arguments) };
}

function readArguments(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (readText(value) ?? '');
}

/**
 * The citations that one of Cohere's makes, one for each source. `text` is what the citation's offsets count in: where
 * they do not find the cited words there, they are left out. Citations of a thought or a plan have no place.
 */
export function readCitation(value: unknown, text: string): Citation[] {
  const citation = readRecord(value);
  const { type } = citation ?? {};
  if (citation === null || (typeof type === 'string' && type !== 'TEXT_CONTENT')) return [];
  const place = locate(citation, text);
  const sources = readList(citation.sources);
  return (sources.length === 0 ? [null] : sources).map((item) => {
    const source = readRecord(item);
    const document = readRecord(source?.document) ?? readRecord(source?.tool_output);
    const title = readText(document?.title) ?? readText(source?.id);
    return { url: readText(document?.url), title, quote: null, ...place };
  });
}

/** Cohere counts characters; where one of them takes two code units, the places behind it move. */
function locate({ start, end, text: cited }: JsonRecord, text: string): Pick<Citation, 'start' | 'end'> {
  if (!isCount(start) || !isCount(end)) return { start: null, end: null };
  if (text.slice(start, end) === cited) return { start, end };
  const characters = Array.from(text);
  const from = characters.slice(0, start).join('').length;
  const to = from + characters.slice(start, end).join('').length;
  return text.slice(from, to) === cited ? { start: from, end: to } : { start: null, end: null };
}

/** The certainty of one chunk of text: of all its tokens together. Cohere names no others. `text` where it says none. */
export function readLogprob(value: unknown, text: string): TokenLogprob[] {
  const item = readRecord(value);
  const logprobs = readList(item?.logprobs).filter((logprob) => typeof logprob === 'number');
  if (logprobs.length === 0) return [];
  const logprob = logprobs.reduce((sum, each) => sum + each, 0);
  return [{ token: readText(item?.text) ?? text, logprob, bytes: null, top: [] }];
}

/**
 * The usage that Cohere bills: `billed_units`, which leaves out what Cohere itself puts around a prompt, and only where
 * that is missing the `tokens` that the model saw. Of an answer that is its `usage`, of embed and rerank its `meta`.
 */
export function readUsage(value: unknown): Usage | null {
  const usage = readRecord(value);
  const units = readRecord(usage?.billed_units);
  const searches = readTokens(units?.search_units);
  const counted = units?.input_tokens === undefined ? readRecord(usage?.tokens) : units;
  const inputTokens = readTokens(counted?.input_tokens) ?? (searches === null ? null : 0);
  const outputTokens = readTokens(counted?.output_tokens ?? 0);
  if (inputTokens === null || outputTokens === null) return null;
  const cachedInputTokens = Math.min(readTokens(usage?.cached_tokens) ?? 0, inputTokens);
  return { inputTokens, outputTokens, cachedInputTokens, ...(searches === null ? {} : { searches }), estimated: false };
}

/** `ERROR` and `TIMEOUT` are no reasons here but failures: see `readError`. */
export function readFinishReason(value: unknown): FinishReason {
  switch (value) {
    case 'COMPLETE':
    case 'STOP_SEQUENCE':
      return 'stop';
    case 'MAX_TOKENS':
      return 'length';
    case 'TOOL_CALL':
      return 'tool-calls';
    case 'ERROR_TOXIC':
      return 'content-filter';
    default:
      return 'other';
  }
}

/** The error in a body or event: a `message` of plain text, or an answer that ended in an error. */
export function readError(value: unknown): WireError | null {
  const body = readRecord(value);
  if (body === null) return null;
  const said = readText(body.message) ?? readText(body.error) ?? readText(body.detail);
  if (said !== null) return { message: said, status: null };
  const ending = readRecord(body.delta) ?? body;
  const failed = readText(ending.error);
  if (failed !== null || ending.finish_reason === 'ERROR') {
    return { message: failed ?? 'The provider gave up its answer.', status: null };
  }
  return ending.finish_reason === 'TIMEOUT' ? { message: 'The provider ran out of time.', status: 504 } : null;
}

/** The provider's own sentence in the body of an error status. */
export function findErrorMessage(value: unknown): string | null {
  return readError(value)?.message ?? readText(value);
}
