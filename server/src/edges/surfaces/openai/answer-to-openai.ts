import type {
  Answer,
  AnswerEvent,
  AnswerFrame,
  AnswerPart,
  Citation,
  FinishReason,
  TokenLogprob,
  Usage,
} from '@reeve/contracts';
import { renderUsage } from '../openai-usage.ts';

/** What rendering needs beside the answer: the id and time it carries, and the name the caller used. */
export interface RenderContext {
  id: string;
  createdSeconds: number;
  model: string;
  includeUsage: boolean;
  /** Vectors as base64 of 32-bit floats, as the SDKs ask for them. */
  base64: boolean;
}

export const WIRE = 'openai';
export const CLOSING_FRAME = 'data: [DONE]\n\n';

/** A whole answer as body bytes: the provider's own where it speaks this wire, else rendered from its parts. */
export function renderAnswer(answer: Answer, usage: Usage, context: RenderContext): Uint8Array | string {
  if (answer.raw?.wire === WIRE) return answer.raw.bytes;
  if (answer.kind === 'embedding') return JSON.stringify(renderEmbedding(answer, usage, context));
  return JSON.stringify(renderCompletion(answer, usage, context));
}

/** One frame as stream bytes: the provider's own where it speaks this wire, else one chunk for each event. */
export function renderFrame(frame: AnswerFrame, context: RenderContext): Uint8Array | string {
  if (frame.raw !== undefined) return frame.raw.wire === WIRE ? frame.raw.bytes : renderEvents(frame, context);
  return renderEvents(frame, context);
}

function renderEvents(frame: AnswerFrame, context: RenderContext): string {
  return frame.events.map((event) => renderEvent(event, context)).join('');
}

function renderEvent(event: AnswerEvent, context: RenderContext): string {
  switch (event.type) {
    case 'start':
      return deltaChunk(context, 0, { role: 'assistant', content: '' });
    case 'text-delta':
      return deltaChunk(context, event.index, { content: event.text }, event.logprobs);
    case 'refusal-delta':
      return deltaChunk(context, event.index, { refusal: event.text });
    case 'reasoning-delta':
      if (event.text === '') return '';
      return deltaChunk(context, event.index, { reasoning_content: event.text });
    case 'tool-call-delta': {
      const call = {
        index: event.call,
        ...(event.id === undefined ? {} : { id: event.id, type: 'function' }),
        function: { ...(event.name === undefined ? {} : { name: event.name }), arguments: event.arguments },
      };
      return deltaChunk(context, event.index, { tool_calls: [call] });
    }
    case 'end':
      return chunk(context, {
        index: event.index,
        delta: {},
        logprobs: null,
        finish_reason: toFinishReason(event.finishReason),
      });
    case 'usage':
      return context.includeUsage ? renderUsageEvent(event, context) : '';
    case 'audio-delta': {
      const audio = { id: toAudioId(context), data: event.data, transcript: event.transcript };
      return deltaChunk(context, event.index, { audio });
    }
    case 'citation':
      return deltaChunk(context, event.index, { annotations: [toAnnotation(event.citation)] });
    case 'error':
    case 'closed':
      return '';
  }
}

/** What is stated before the end is for the receipt alone. */
function renderUsageEvent({ usage, interim }: Extract<AnswerEvent, { type: 'usage' }>, context: RenderContext): string {
  return interim === true ? '' : renderUsageFrame(usage, context);
}

function deltaChunk(context: RenderContext, index: number, delta: object, logprobs?: readonly TokenLogprob[]): string {
  return chunk(context, { index, delta, logprobs: renderLogprobs(logprobs), finish_reason: null });
}

function chunk(context: RenderContext, choice: object): string {
  return `data: ${JSON.stringify({ ...chunkHead(context), choices: [choice] })}\n\n`;
}

/** The chunk that a stream adds where usage was asked for. */
export function renderUsageFrame(usage: Usage, context: RenderContext): string {
  return `data: ${JSON.stringify({ ...chunkHead(context), choices: [], usage: renderUsage(usage) })}\n\n`;
}

function chunkHead(context: RenderContext) {
  return {
    id: context.id,
    object: 'chat.completion.chunk',
    created: context.createdSeconds,
    model: context.model,
  };
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
  const calls = parts.flatMap((part) =>
    part.type === 'tool-call'
      ? [{ id: part.id, type: 'function', function: { name: part.name, arguments: part.arguments } }]
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

function toAudioId({ id }: RenderContext): string {
  return id.replace('chatcmpl-', 'audio_');
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

function renderLogprobs(logprobs: readonly TokenLogprob[] | undefined) {
  if (logprobs === undefined) return null;
  return { content: logprobs.map(({ top, ...token }) => ({ ...token, top_logprobs: top })), refusal: null };
}

function toAnnotation({ url, title, start, end }: Citation) {
  const place = { start_index: start ?? 0, end_index: end ?? 0 };
  return { type: 'url_citation', url_citation: { url: url ?? '', title: title ?? '', ...place } };
}

function toFinishReason(reason: FinishReason): string {
  if (reason === 'tool-calls') return 'tool_calls';
  if (reason === 'content-filter' || reason === 'refusal') return 'content_filter';
  return reason === 'length' ? 'length' : 'stop';
}
