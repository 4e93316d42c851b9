import type { AnswerEvent, FinishReason, Usage } from '@reeve/contracts';
import { toResponse, toStatus, type ResponseContext } from './response-object.ts';
import { ResponseOutput } from './response-output.ts';

/** One stream's events as this wire says them, each with the next sequence number. */
export class ResponseStream {
  readonly #context: ResponseContext;
  readonly #output: ResponseOutput;
  #text = '';
  #sequence = 0;
  #finishReason: FinishReason = 'other';

  constructor(context: ResponseContext) {
    this.#context = context;
    this.#output = new ResponseOutput(context, (type, fields) => this.#say(type, fields));
    const response = toResponse(context, { status: 'in_progress', output: [] });
    this.#say('response.created', { response });
    this.#say('response.in_progress', { response });
  }

  get nextSequence(): number {
    return this.#sequence;
  }

  /** What these events make of the stream, from its opening on. */
  render(events: readonly AnswerEvent[]): string {
    for (const event of events) if (!('index' in event) || event.index === 0) this.#take(event);
    return this.#flush();
  }

  /** The end of all items, and apart from it the closing frame. */
  finish(usage: Usage): { end: string; closing: string } {
    const status = toStatus(this.#finishReason, this.#output.items);
    this.#output.finish(status);
    const end = this.#flush();
    const state = { status, output: this.#output.items, finishReason: this.#finishReason, usage };
    this.#say(`response.${status}`, { response: toResponse(this.#context, state) });
    return { end, closing: this.#flush() };
  }

  #take(event: AnswerEvent): void {
    const output = this.#output;
    switch (event.type) {
      case 'text-delta':
        return output.addText(event.text, event.block, event.logprobs);
      case 'refusal-delta':
        return output.addRefusal(event.text);
      case 'reasoning-delta':
        return output.addReasoning(event);
      case 'tool-call-delta':
        return output.addCall(event);
      case 'citation':
        return output.addCitation(event.citation);
      case 'audio-delta':
        return event.transcript === '' ? undefined : output.addText(event.transcript);
      case 'end':
        this.#finishReason = event.finishReason;
        break;
      case 'start':
      case 'usage':
      case 'error':
      case 'closed':
    }
  }

  #say(type: string, fields: Readonly<Record<string, unknown>>): void {
    this.#text += toFrame(type, { sequence_number: this.#sequence, ...fields });
    this.#sequence += 1;
  }

  #flush(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}

export function toFrame(type: string, fields: Readonly<Record<string, unknown>>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
