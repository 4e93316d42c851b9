/** From a whole answer to the body of a chat completion. Streams are rendered in `events-to-openai.ts`. */
import type { Answer, AnswerPart, Citation, FinishReason, TokenLogprob, Usage } from '@reeve/contracts';
import { renderUsage } from '../openai-usage.ts';
import { toExtraContent } from './thought-signature.ts';

/** What rendering needs beside the answer: the id and time it carries, and the name the caller used. */
export interface RenderContext {
  id: string;
  createdSeconds: number;
  model: string;
  /** The caller of a stream asked for usage: a last chunk states it, and every other says that it does not. */
  includeUsage: boolean;
  /** Vectors as base64 of 32-bit floats, as the SDKs ask for them. */
  base64: boolean;
}

export const WIRE = 'openai';

/** A whole answer as body bytes: the provider's own where it speaks this wire, else rendered from its parts. */
export function renderAnswer(answer: Answer, usage: Usage, context: RenderContext): Uint8Array | string {
  if (answer.raw?.wire === WIRE) return answer.raw.bytes;
  if (answer.kind === 'embedding') return JSON.stringify(renderEmbedding(answer, usage, context));
  return JSON.stringify(renderCompletion(answer, usage, context));
}

function renderCompletion(answer: Answer, usage: Usage, context: RenderContext) {
  return {
    id: context.id,
    object: 'chat.completion',
    created: context.createdSeconds,
    model: context.model,
    choices: renderChoices(answer, context),
    usage: renderUsage(usage),
  };
}

function renderChoices({ parts }: Answer, context: RenderContext) {
  const indexes = [...new Set(parts.map((part) => part.index))].toSorted((a, b) => a - b);
  return indexes.map((index) => {
    const own = parts.filter((part) => part.index === index);
    const end = own.find((part) => part.type === 'end');
    const logprobs = own.flatMap((part) => (part.type === 'text' ? (part.logprobs ?? []) : []));
    const tokens = renderLogprobs(logprobs.length === 0 ? undefined : logprobs);
    const reason = end?.type === 'end' ? toFinishReason(end.finishReason) : 'stop';
    return { index, message: renderMessage(own, context), logprobs: tokens, finish_reason: reason };
  });
}

function renderMessage(parts: readonly AnswerPart[], context: RenderContext) {
  const text = joinTexts(parts, 'text');
  const reasoning = joinTexts(parts, 'reasoning');
  const refusal = joinTexts(parts, 'refusal');
  const calls = parts.flatMap((part, position) =>
    part.type === 'tool-call'
      ? [
          {
            id: part.id || makeCallId(context, position),
            type: 'function',
            function: { name: part.name, arguments: part.arguments },
            ...toExtraContent(part.signature),
          },
        ]
      : [],
  );
  const citations = parts.flatMap((part) => (part.type === 'text' ? (part.citations ?? []) : []));
  const audio = parts.find((part) => part.type === 'audio');
  const saysElse = calls.length > 0 || refusal !== '' || audio !== undefined;
  return {
    role: 'assistant',
    content: text === '' && saysElse ? null : text,
    refusal: refusal === '' ? null : refusal,
    ...(citations.length === 0 ? {} : { annotations: citations.map(toAnnotation) }),
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
    ...(audio?.type === 'audio' ? { audio: renderAudio(audio, context) } : {}),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

function joinTexts(parts: readonly AnswerPart[], type: 'text' | 'reasoning' | 'refusal'): string {
  return parts.flatMap((part) => (part.type === type ? [part.text] : [])).join('');
}

/** Nothing keeps the sound for a later turn: it expires at once. */
function renderAudio({ data, transcript }: Extract<AnswerPart, { type: 'audio' }>, context: RenderContext) {
  return { id: toAudioId(context), data, transcript, expires_at: context.createdSeconds };
}

export function toAudioId({ id }: RenderContext): string {
  return id.replace('chatcmpl-', 'audio_');
}

/** For providers that give their calls no id: clients refuse one without. */
export function makeCallId({ id }: RenderContext, position: number): string {
  return `${id.replace('chatcmpl-', 'call_')}_${position}`;
}

function renderEmbedding(answer: Answer, usage: Usage, context: RenderContext) {
  const data = answer.parts.flatMap((part) =>
    part.type === 'embedding'
      ? [{ object: 'embedding', index: part.index, embedding: renderVector(part.vector, context) }]
      : [],
  );
  const tokens = { prompt_tokens: usage.inputTokens, total_tokens: usage.inputTokens };
  return { object: 'list', data, model: answer.model ?? context.model, usage: tokens };
}

function renderVector(vector: readonly number[], { base64 }: RenderContext): string | readonly number[] {
  if (!base64) return vector;
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes.toString('base64');
}

export function renderLogprobs(logprobs: readonly TokenLogprob[] | undefined) {
  if (logprobs === undefined) return null;
  return { content: logprobs.map(({ top, ...token }) => ({ ...token, top_logprobs: top })), refusal: null };
}

export function toAnnotation({ url, title, start, end }: Citation) {
  const place = { start_index: start ?? 0, end_index: end ?? 0 };
  return { type: 'url_citation', url_citation: { url: url ?? '', title: title ?? '', ...place } };
}

export function toFinishReason(reason: FinishReason): string {
  if (reason === 'tool-calls') return 'tool_calls';
  if (reason === 'content-filter' || reason === 'refusal') return 'content_filter';
  return reason === 'length' ? 'length' : 'stop';
}
