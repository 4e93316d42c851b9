/**
 * What Reeve reads of Mistral's wire, and how. Lenient on purpose: a field that is missing, null or of another type counts
 * as absent. Source: the public API reference for chat completions, embeddings and moderations.
 */
import type { Citation, FinishReason, Usage } from '@reeve/contracts';
import { readList, readRecord, readText, readTokens, type JsonRecord } from '../read-json.ts';
import type { WireError } from '../sse-translator.ts';

export const WIRE = 'mistral';

/** One piece of a message's `content`, which is a text or a list of chunks. */
export type ContentPiece =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  /** Belongs to the text before it. */
  | { type: 'citation'; citation: Citation };

/** The pieces of `content`, in order. Chunks of a kind that no answer of this wire is known to have are passed over. */
export function readContent(value: unknown): ContentPiece[] {
  const text = readText(value);
  return text === null ? readList(value).flatMap((chunk) => readChunk(readRecord(chunk))) : [{ type: 'text', text }];
}

function readChunk(chunk: JsonRecord | null): ContentPiece[] {
  switch (chunk?.type) {
    case 'thinking': {
      const text = typeof chunk.thinking === 'string' ? chunk.thinking : joinTexts(chunk.thinking);
      return text === '' ? [] : [{ type: 'reasoning', text }];
    }
    case 'reference':
      return readList(chunk.reference_ids).map((id) => ({ type: 'citation', citation: toCitation(id) }));
    default: {
      const text = readText(chunk?.text);
      return text === null ? [] : [{ type: 'text', text }];
    }
  }
}

function joinTexts(chunks: unknown): string {
  return readList(chunks)
    .map((chunk) => readText(readRecord(chunk)?.text) ?? '')
    .join('');
}

/** A reference says only which of the caller's sources it means, by number. */
function toCitation(id: unknown): Citation {
  return { url: null, title: String(id), quote: null, start: null, end: null };
}

/** One of `tool_calls`: of a message whole, of a delta a piece. */
export interface ToolCallPiece {
  index: unknown;
  id: string | null;
  name: string | null;
  arguments: string;
}

export function readToolCalls(value: unknown): ToolCallPiece[] {
  return readList(value).flatMap((item) => {
    const call = readRecord(item);
    const tool = readRecord(call?.function);
    if (call === null || tool === null) return [];
    const piece = { index: call.index, name: readText(tool.name), arguments: readArguments(tool.arguments) };
    return [{ ...piece, id: readId(call.id) }];
  });
}

/** The text "null" is this wire's word for none. */
function readId(value: unknown): string | null {
  return value === 'null' ? null : readText(value);
}

/** Arguments come as a text or as the object that it would say. */
function readArguments(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (readText(value) ?? '');
}

/** `usage` of an answer or chunk; `null` where it is missing or makes no sense. */
export function readUsage(value: unknown): Usage | null {
  const usage = readRecord(value);
  const inputTokens = readTokens(usage?.prompt_tokens);
  const outputTokens = readTokens(usage?.completion_tokens ?? 0);
  if (usage === null || inputTokens === null || outputTokens === null) return null;
  const cached = readTokens(readRecord(usage.prompt_tokens_details)?.cached_tokens) ?? 0;
  return { inputTokens, outputTokens, cachedInputTokens: Math.min(cached, inputTokens), estimated: false };
}

/** `error` is no reason here but a failure: see `readError`. */
export function readFinishReason(value: unknown): FinishReason {
  switch (value) {
    case 'stop':
    case 'length':
      return value;
    case 'model_length':
      return 'length';
    case 'tool_calls':
      return 'tool-calls';
    default:
      return 'other';
  }
}

/**
 * The error in a body or frame: `{object: "error", message}`, `{detail: […]}`, `{error}`, the gateway's `{message}`, or a
 * choice that ended in one.
 */
export function readError(value: unknown): WireError | null {
  const body = readRecord(value);
  if (body === null) return null;
  const error = readRecord(body.error) ?? (readText(body.error) === null ? null : { message: body.error });
  if (error !== null) return describeError(error);
  if (body.object === 'error' || body.detail !== undefined || readText(body.message) !== null) {
    return describeError(body);
  }
  const broken = readList(body.choices).some((choice) => readRecord(choice)?.finish_reason === 'error');
  return broken ? { message: 'The provider gave up its answer.', status: null } : null;
}

/** The provider's own sentence in the body of an error status. */
export function findErrorMessage(value: unknown): string | null {
  return readError(value)?.message ?? readText(value);
}

/** `code` holds a number of Mistral's own, of four digits, or an HTTP status. */
function describeError(error: JsonRecord): WireError {
  const code = Number(error.raw_status_code ?? error.code);
  const status = Number.isInteger(code) && code >= 400 && code <= 599 ? code : null;
  const { message } = error;
  const said = readText(message) ?? readDetail(readRecord(message)?.detail) ?? readDetail(error.detail);
  return { message: said ?? readText(error.type) ?? '', status };
}

/** What a validation found: a sentence, or a list of where and what. */
function readDetail(detail: unknown): string | null {
  const faults = readList(detail).flatMap((item) => {
    const fault = readRecord(item);
    const said = readText(fault?.msg);
    if (said === null) return [];
    const place = readList(fault?.loc).join('.');
    return [place === '' ? said : `${place}: ${said}`];
  });
  return readText(detail) ?? (faults.length === 0 ? null : faults.join('; '));
}
