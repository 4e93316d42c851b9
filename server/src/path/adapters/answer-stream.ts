/** From the body of an answer to `AnswerFrame`s: what every streaming adapter shares, whatever its wire. */
import type { AnswerFrame } from '@reeve/contracts';
import type { Clock } from '#kernel';
import { HttpFailure, type IncomingAnswer } from '#platform/http-client/port.ts';
import type { Attempt, Invocation, Provider, UpstreamFailure } from './adapter.ts';
import { describeWireFailure, failFromWire, failWith } from './upstream-failure.ts';

/** One wire's reading of a stream. Pure: bytes in, frames out. */
export interface StreamTranslator {
  /** What one read completes. After an error or the closing frame: nothing. */
  push(read: Buffer): AnswerFrame[];
  /** What the end of the body completes. */
  end(): AnswerFrame[];
  /** Set by an error of the provider, or by a frame that cannot be read; then an `error` event was given too. */
  readonly failure: UpstreamFailure | null;
  /** The closing frame came. */
  readonly closed: boolean;
}

/**
 * Waits for the first good frame. What fails before it is a `failure`; comments that come before it are held back
 * until then.
 */
export async function openAnswerStream(
  answer: IncomingAnswer,
  translator: StreamTranslator,
  attempt: Attempt,
  clock: Clock,
): Promise<Invocation> {
  const body = answer[Symbol.asyncIterator]();
  const early: AnswerFrame[] = [];
  try {
    for (;;) {
      const read = await body.next();
      const frames = read.done === true ? translator.end() : translator.push(read.value);
      if (early.length < EARLY_FRAMES_MAX || frames.some(isGood)) early.push(...frames);
      if (frames.some(isGood)) {
        return { type: 'stream', frames: new AnswerStream({ answer, body, translator, clock, attempt }, early) };
      }
      if (read.done === true || translator.closed || translator.failure !== null) break;
    }
  } catch (error) {
    return failFromWire(error, attempt);
  }
  answer.abort();
  const { failure } = translator;
  return failure === null ? failWith('invalid', ENDED_EARLY) : { type: 'failure', failure };
}

const ENDED_EARLY = 'The provider ended the stream before its first frame.';
/** Reads that bring comments only, before anything else; a provider that sends more of them loses the rest. */
const EARLY_FRAMES_MAX = 64;
/** After the closing frame the connection is kept for reuse if the body ends this soon. */
const DRAIN_MS = 1_000;

const isGood = (frame: AnswerFrame): boolean =>
  frame.events.some((event) => event.type !== 'error' && event.type !== 'closed');

interface StreamSource {
  answer: IncomingAnswer;
  body: AsyncIterator<Buffer>;
  translator: StreamTranslator;
  attempt: Attempt;
  clock: Clock;
}

const DONE: IteratorResult<AnswerFrame> = { done: true, value: undefined };

/** The frames from the first on. Leaving the loop early closes the upstream socket. */
class AnswerStream implements AsyncIterableIterator<AnswerFrame> {
  readonly #source: StreamSource;
  readonly #queue: AnswerFrame[];
  #over = false;

  constructor(source: StreamSource, early: AnswerFrame[]) {
    this.#source = source;
    this.#queue = early;
    this.#noteEnd();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<AnswerFrame>> {
    for (;;) {
      const frame = this.#queue.shift();
      if (frame !== undefined) return { done: false, value: frame };
      if (this.#over) return DONE;
      this.#queue.push(...(await this.#read()));
    }
  }

  async return(): Promise<IteratorResult<AnswerFrame>> {
    this.#queue.length = 0;
    if (!this.#over) {
      this.#over = true;
      this.#source.answer.abort();
    }
    return DONE;
  }

  async #read(): Promise<AnswerFrame[]> {
    const { body, translator, attempt } = this.#source;
    try {
      const read = await body.next();
      if (read.done === true) this.#over = true;
      const frames = read.done === true ? translator.end() : translator.push(read.value);
      this.#noteEnd();
      return frames;
    } catch (error) {
      this.#over = true;
      return breakOff(error, attempt.provider);
    }
  }

  #noteEnd(): void {
    const { answer, translator } = this.#source;
    if (this.#over) return;
    this.#over = translator.closed || translator.failure !== null;
    if (translator.failure !== null) answer.abort();
    else if (translator.closed) void drain(this.#source);
  }
}

/** The caller knows when it went away itself; every other break is told. */
function breakOff(error: unknown, provider: Provider): AnswerFrame[] {
  if (!(error instanceof HttpFailure)) throw error;
  if (error.kind === 'aborted') return [];
  const kind = error.kind === 'timeout' ? 'timeout' : 'reset';
  return [{ events: [{ type: 'error', kind, status: null, message: describeWireFailure(error, provider) }] }];
}

/** Reads what is left behind the closing frame, normally nothing, so that the connection can be used again. */
async function drain({ answer, body, clock }: StreamSource): Promise<void> {
  const cancel = clock.after(DRAIN_MS, () => answer.abort());
  try {
    while ((await body.next()).done !== true);
  } catch (error) {
    // The answer was whole; that its connection broke afterwards matters to nobody.
    if (!(error instanceof HttpFailure)) throw error;
  } finally {
    cancel();
  }
}
