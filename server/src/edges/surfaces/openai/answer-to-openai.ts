import type { Answer, AnswerEvent, AnswerFrame, FinishReason, Usage } from '@reeve/contracts';

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
      return chunk(context, 0, { role: 'assistant', content: '' }, null);
    case 'text-delta':
      return chunk(context, event.index, { content: event.text }, null);
    case 'reasoning-delta':
      return chunk(context, event.index, { reasoning_content: event.text }, null);
    case 'tool-call-delta': {
      const call = {
        index: event.call,
        ...(event.id === undefined ? {} : { id: event.id, type: 'function' }),
        function: { ...(event.name === undefined ? {} : { name: event.name }), arguments: event.arguments },
      };
      return chunk(context, event.index, { tool_calls: [call] }, null);
    }
    case 'end':
      return chunk(context, event.index, {}, toFinishReason(event.finishReason));
    case 'usage':
      return context.includeUsage ? usageChunk(context, event.usage) : '';
    case 'error':
    case 'closed':
      return '';
  }
}

function chunk(context: RenderContext, index: number, delta: object, finishReason: string | null): string {
  const body = { ...chunkHead(context), choices: [{ index, delta, finish_reason: finishReason }] };
  return `data: ${JSON.stringify(body)}\n\n`;
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
    const end = parts.find((part) => part.type === 'end');
    const message = {
      role: 'assistant',
      content: text === '' && calls.length > 0 ? null : text,
      refusal: null,
      ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    };
    const reason = end?.type === 'end' ? toFinishReason(end.finishReason) : 'stop';
    return { index, message, logprobs: null, finish_reason: reason };
  });
}

function renderEmbedding(answer: Answer, usage: Usage, context: RenderContext) {
  const data = answer.parts.flatMap((part) =>
    part.type === 'embedding' ? [{ object: 'embedding', index: part.index, embedding: part.vector }] : [],
  );
  const tokens = { prompt_tokens: usage.inputTokens, total_tokens: usage.inputTokens };
  return { object: 'list', data, model: answer.model ?? context.model, usage: tokens };
}

function renderUsage(usage: Usage) {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens },
  };
}

function toFinishReason(reason: FinishReason): string {
  if (reason === 'tool-calls') return 'tool_calls';
  if (reason === 'content-filter') return 'content_filter';
  return reason === 'length' ? 'length' : 'stop';
}
