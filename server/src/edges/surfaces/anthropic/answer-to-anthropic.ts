/** From a whole answer to the body of a message. Streams are rendered in `events-to-anthropic.ts`. */
import type { Answer, AnswerPart, Citation, FinishReason, Signature, Usage } from '@reeve/contracts';
import { sealCallId, sealSignature } from '../sealed-signature.ts';
import { readRedacted, WIRE } from './anthropic-wire.ts';
import { inputOf } from './tool-input.ts';

/** What rendering needs beside the answer: the name the caller used, and an id made of the receipt's. */
export interface RenderContext {
  receiptId: string;
  model: string;
  /** This wire shows thinking only to who switched it on; answers of all others begin with their text. */
  showsThinking: boolean;
}

/** A message or a count as body bytes: the provider's own where it speaks this wire, else rendered from its parts. */
export function renderAnswer(answer: Answer, usage: Usage, context: RenderContext): Uint8Array | string {
  if (answer.raw?.wire === WIRE) return answer.raw.bytes;
  return JSON.stringify(answer.kind === 'count' ? renderCount(answer, usage) : renderMessage(answer, usage, context));
}

function renderCount({ parts }: Answer, usage: Usage) {
  const count = parts.find((part) => part.type === 'count');
  return { input_tokens: count?.type === 'count' ? count.inputTokens : usage.inputTokens };
}

function renderMessage(answer: Answer, usage: Usage, context: RenderContext) {
  const parts = answer.parts.filter((part) => part.index === 0);
  const content = parts.flatMap((part, position) => toBlocks(part, position, context));
  const end = parts.find((part) => part.type === 'end');
  const ending = toEnding({
    finishReason: end?.type === 'end' ? end.finishReason : 'stop',
    stopSequence: end?.type === 'end' ? end.stopSequence : undefined,
    refused: parts.some((part) => part.type === 'refusal'),
    calledTool: parts.some((part) => part.type === 'tool-call'),
  });
  return { ...messageHead(context), content, ...ending, usage: renderUsage(usage) };
}

export function messageHead({ receiptId, model }: RenderContext) {
  return { id: `msg_${receiptId}`, type: 'message', role: 'assistant', model };
}

function toBlocks(part: AnswerPart, position: number, context: RenderContext): object[] {
  switch (part.type) {
    case 'text': {
      const citations = part.citations?.map(toCitation) ?? null;
      return part.text === '' ? [] : [{ type: 'text', text: part.text, citations }];
    }
    case 'refusal':
      return [{ type: 'text', text: part.text, citations: null }];
    case 'reasoning':
      return context.showsThinking ? [toThinking(part)] : [];
    case 'tool-call': {
      const { seals, id } = signCall(part.id || makeToolId(context, position), part.signature, context);
      return [...seals, { type: 'tool_use', id, name: part.name, input: inputOf(part.arguments) }];
    }
    case 'audio':
      return [{ type: 'text', text: part.transcript, citations: null }];
    default:
      return [];
  }
}

function toThinking({ text, signature }: { text: string; signature?: Signature }) {
  const data = readRedacted(signature);
  if (data !== null) return { type: 'redacted_thinking', data };
  return { type: 'thinking', thinking: text, signature: toSignature(signature) };
}

/** Only what this wire's own provider signed stands as it is; a thought that nobody signed has an empty signature. */
export function toSignature(signature: Signature | undefined): string {
  if (signature === undefined) return '';
  return signature.wire === WIRE ? signature.value : sealSignature(signature);
}

interface CallSeal {
  type: 'thinking';
  thinking: '';
  signature: string;
}

/**
 * Tool calls have no place for a signature here. It travels as an empty thought where the caller looks for thoughts and
 * sends them back; for all others in the call's id, so that their answers hold nothing that they do not expect. Whoever
 * signs a call sends it whole.
 */
export function signCall(
  id: string,
  signature: Signature | undefined,
  { showsThinking }: RenderContext,
): { id: string; seals: CallSeal[] } {
  if (signature === undefined) return { id, seals: [] };
  if (!showsThinking) return { id: sealCallId(id, signature), seals: [] };
  return { id, seals: [{ type: 'thinking', thinking: '', signature: sealSignature({ ...signature, call: id }) }] };
}

/** For providers that give their calls no id; unique over a conversation. */
export function makeToolId({ receiptId }: RenderContext, position: number): string {
  return `toolu_${receiptId}_${position}`;
}

/** Offsets in this wire are those of the document, which nobody else states. */
export function toCitation({ url, title, quote }: Citation) {
  const said = { cited_text: quote ?? '', title };
  if (url !== null) return { type: 'web_search_result_location', url, ...said, encrypted_index: '' };
  const place = { search_result_index: 0, start_block_index: 0, end_block_index: 0 };
  return { type: 'search_result_location', source: title ?? '', ...said, ...place };
}

export interface Ending {
  finishReason: FinishReason;
  stopSequence: string | undefined;
  refused: boolean;
  calledTool: boolean;
}

const STOP_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  other: 'end_turn',
};

/** Some servers say "stop" behind a tool call, or "tool calls" without one; clients here act on the reason alone. */
export function toEnding({ finishReason, stopSequence, refused, calledTool }: Ending) {
  let reason = STOP_REASONS[finishReason];
  if (finishReason === 'stop' || finishReason === 'tool-calls' || finishReason === 'other') {
    reason = refused ? 'refusal' : calledTool ? 'tool_use' : 'end_turn';
    if (stopSequence !== undefined && reason === 'end_turn') reason = 'stop_sequence';
  }
  return { stop_reason: reason, stop_sequence: reason === 'stop_sequence' ? (stopSequence ?? null) : null };
}

/** On this wire, input that a cache gave or took is not counted as input. */
export function renderUsage(usage: Usage) {
  const { cachedInputTokens, cacheWriteTokens = 0, cacheWrite1hTokens = 0, reasoningTokens } = usage;
  const written = cacheWriteTokens + cacheWrite1hTokens;
  const thinking = reasoningTokens === undefined ? {} : { output_tokens_details: { thinking_tokens: reasoningTokens } };
  return {
    input_tokens: Math.max(0, usage.inputTokens - cachedInputTokens - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cachedInputTokens,
    cache_creation: { ephemeral_5m_input_tokens: cacheWriteTokens, ephemeral_1h_input_tokens: cacheWrite1hTokens },
    output_tokens: usage.outputTokens,
    ...thinking,
  };
}
