import type { Answer, AnswerEvent, AnswerFrame, Citation, FinishReason, TokenLogprob, Usage } from '@reeve/contracts';

/** What rendering needs beside the answer: the id and time it carries, and the name the caller used. */
export interface RenderContext {
  id: string;
  createdSeconds: number;
  model: string;
  includeUsage: boolean;
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
      return context.includeUsage ? usageChunk(context, event.usage) : '';
    case 'audio-delta': {
      const audio = { data: event.data, transcript: event.transcript };
      return deltaChunk(context, event.index, { audio });
    }
    case 'citation':
      return deltaChunk(context, event.index, { annotations: [toAnnotation(event.citation)] });
    case 'error':
    case 'closed':
      return '';
  }
}

function deltaChunk(context: RenderContext, index: number, delta: object, logprobs?: readonly TokenLogprob[]): string {
  return chunk(context, { index, delta, logprobs: renderLogprobs(logprobs), finish_reason: null });
}

function chunk(context: RenderContext, choice: object): string {
  return `data: ${JSON.stringify({ ...chunkHead(context), choices: [choice] })}\n\n`;
}

function usageChunk(context: RenderContext, usage: Usage): string {
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
    choices: renderChoices(answer),
    usage: renderUsage(usage),
  };
}

function renderChoices(answer: Answer) {
  const indexes = [...new Set(answer.parts.map((part) => part.index))].toSorted((a, b) => a - b);
  return indexes.map((index) => {
    const parts = answer.parts.filter((part) => part.index === index);
    const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
    const reasoning = parts.flatMap((part) => (part.type === 'reasoning' ? [part.text] : [])).join('');
    const calls = parts.flatMap((part) =>
      part.type === 'tool-call'
        ? [{ id: part.id, type: 'function', function: { name: part.name, arguments: part.arguments } }]
        : [],
    );
    const refusal = parts.flatMap((part) => (part.type === 'refusal' ? [part.text] : [])).join('');
    const logprobs = parts.flatMap((part) => (part.type === 'text' ? (part.logprobs ?? []) : []));
    const citations = parts.flatMap((part) => (part.type === 'text' ? (part.citations ?? []) : []));
    const end = parts.find((part) => part.type === 'end');
    const message = {
      role: 'assistant',
      content: text === '' && (calls.length > 0 || refusal !== '') ? null : text,
      refusal: refusal === '' ? null : refusal,
      ...(citations.length === 0 ? {} : { annotations: citations.map(toAnnotation) }),
      ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    };
    const reason = end?.type === 'end' ? toFinishReason(end.finishReason) : 'stop';
    const tokens = renderLogprobs(logprobs.length === 0 ? undefined : logprobs);
    return { index, message, logprobs: tokens, finish_reason: reason };
  });
}

function renderEmbedding(answer: Answer, usage: Usage, context: RenderContext) {
  const data = answer.parts.flatMap((part) =>
    part.type === 'embedding' ? [{ object: 'embedding', index: part.index, embedding: part.vector }] : [],
  );
  const tokens = { prompt_tokens: usage.inputTokens, total_tokens: usage.inputTokens };
  return { object: 'list', data, model: answer.model ?? context.model, usage: tokens };
}

function renderLogprobs(logprobs: readonly TokenLogprob[] | undefined) {
  if (logprobs === undefined) return null;
  return { content: logprobs.map(({ top, ...token }) => ({ ...token, top_logprobs: top })), refusal: null };
}

function toAnnotation({ url, title, start, end }: Citation) {
  const place = { start_index: start ?? 0, end_index: end ?? 0 };
  return { type: 'url_citation', url_citation: { url: url ?? '', title: title ?? '', ...place } };
}

function renderUsage(usage: Usage) {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens, audio_tokens: usage.audioInputTokens ?? 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens ?? 0,
      audio_tokens: usage.audioOutputTokens ?? 0,
    },
  };
}

function toFinishReason(reason: FinishReason): string {
  if (reason === 'tool-calls') return 'tool_calls';
  if (reason === 'content-filter' || reason === 'refusal') return 'content_filter';
  return reason === 'length' ? 'length' : 'stop';
}
