/** From the events of a stream to the chunks of a chat completion. */
import type { AnswerEvent, TokenLogprob, Usage } from '@reeve/contracts';
import { toFrame } from '../openai-frames.ts';
import { renderUsage } from '../openai-usage.ts';
import {
  makeCallId,
  renderLogprobs,
  toAnnotation,
  toAudioId,
  toFinishReason,
  type RenderContext,
} from './answer-to-openai.ts';
import { toExtraContent } from './thought-signature.ts';

/** One stream's rendering: one chunk for each event, and one before them that opens each choice. */
export class ChunkStream {
  readonly #context: RenderContext;
  readonly #opened = new Set<number>();
  /** The tool calls that began, by choice and number. */
  readonly #called = new Set<string>();

  constructor(context: RenderContext) {
    this.#context = context;
  }

  render(events: readonly AnswerEvent[]): string {
    return events.map((event) => this.#open(event) + renderEvent(this.#name(event), this.#context)).join('');
  }

  #name(event: AnswerEvent): AnswerEvent {
    if (event.type !== 'tool-call-delta') return event;
    const key = `${event.index} ${event.call}`;
    const isNew = !this.#called.has(key);
    this.#called.add(key);
    return isNew && !event.id ? { ...event, id: makeCallId(this.#context, event.call) } : event;
  }

  /** Clients put a choice together from its chunks, and learn only here whose words they are. */
  #open(event: AnswerEvent): string {
    const index = event.type === 'start' ? 0 : 'index' in event ? event.index : null;
    if (index === null || this.#opened.has(index)) return '';
    this.#opened.add(index);
    return deltaChunk(this.#context, index, { role: 'assistant', content: '' });
  }
}

function renderEvent(event: AnswerEvent, context: RenderContext): string {
  switch (event.type) {
    case 'text-delta':
      return deltaChunk(context, event.index, { content: event.text }, event.logprobs);
    case 'refusal-delta':
      return deltaChunk(context, event.index, { refusal: event.text });
    case 'reasoning-delta':
      if (event.text === '') return '';
      return deltaChunk(context, event.index, { reasoning_content: event.text });
    case 'tool-call-delta':
      return deltaChunk(context, event.index, { tool_calls: [toToolCall(event)] });
    case 'end': {
      const ending = { delta: {}, logprobs: null, finish_reason: toFinishReason(event.finishReason) };
      return chunk(context, { index: event.index, ...ending });
    }
    case 'audio-delta': {
      const audio = { id: toAudioId(context), data: event.data, transcript: event.transcript };
      return deltaChunk(context, event.index, { audio });
    }
    case 'citation':
      return deltaChunk(context, event.index, { annotations: [toAnnotation(event.citation)] });
    // What is used is told once, at the end: providers state it in several places, and clients add it up.
    case 'usage':
    case 'start':
    case 'error':
    case 'closed':
      return '';
  }
}

function toToolCall(event: Extract<AnswerEvent, { type: 'tool-call-delta' }>): object {
  const { call, id, name, arguments: text, signature } = event;
  return {
    index: call,
    ...(id === undefined ? {} : { id, type: 'function' }),
    function: { ...(name === undefined ? {} : { name }), arguments: text },
    ...toExtraContent(signature),
  };
}

function deltaChunk(context: RenderContext, index: number, delta: object, logprobs?: readonly TokenLogprob[]): string {
  return chunk(context, { index, delta, logprobs: renderLogprobs(logprobs), finish_reason: null });
}

function chunk(context: RenderContext, choice: object): string {
  return toFrame({ ...chunkHead(context), choices: [choice], ...(context.includeUsage ? { usage: null } : {}) });
}

/** The chunk that a stream adds where usage was asked for. */
export function renderUsageFrame(usage: Usage, context: RenderContext): string {
  return toFrame({ ...chunkHead(context), choices: [], usage: renderUsage(usage) });
}

function chunkHead({ id, createdSeconds, model }: RenderContext) {
  return { id, object: 'chat.completion.chunk', created: createdSeconds, model };
}
