/** From server-sent events to `AnswerFrame`s: what every wire that streams them shares. */
import { isUtf8 } from 'node:buffer';
import type { AnswerEvent, AnswerFrame } from '@reeve/contracts';
import type { Provider, UpstreamFailure } from './adapter.ts';
import type { StreamTranslator } from './answer-stream.ts';
import { parseJson, readRecord, type JsonRecord } from './read-json.ts';
import { createSseSplitter, joinFrames, type SseBatch, type SseFrame } from './split-sse.ts';
import { maskBody, toPublicMessage } from './upstream-failure.ts';

/** An error that stands in a frame. */
export interface WireError {
  message: string;
  /** An HTTP status that stands in the error itself, or that its kind means; as some send inside a 200. */
  status: number | null;
}

/** One wire's reading of its frames. Holds what it needs of a stream's state; one for each stream. */
export interface SseReader {
  readonly wire: string;
  /** A data line that closes the stream and is no JSON, e.g. `[DONE]`. */
  readonly closingData?: string;
  findError(chunk: JsonRecord, event: string | null): WireError | null;
  /**
   * Adds what the frame says to `events`. `forward`: its bytes may go to a caller of the same wire; `hold`: they may
   * not; `close`: it is the closing frame, whose bytes travel with the `closed` event.
   */
  read(chunk: JsonRecord, event: string | null, events: AnswerEvent[]): 'forward' | 'hold' | 'close';
  /** For wires without a closing frame: whether a body that ends here is whole. */
  isWhole?(): boolean;
}

/** The closing frame of some wires repeats the whole answer. */
const FRAME_BYTES_MAX = 16 * 1024 * 1024;
const UNREADABLE: WireError = { message: 'The provider sent a frame that cannot be read.', status: null };
const TOO_LARGE: WireError = { message: 'The provider sent a frame larger than this server takes.', status: null };

export function createSseTranslator(reader: SseReader, provider: Provider): StreamTranslator {
  return new SseTranslator(reader, provider);
}

class SseTranslator implements StreamTranslator {
  readonly #reader: SseReader;
  readonly #provider: Provider;
  readonly #splitter = createSseSplitter(FRAME_BYTES_MAX);
  /** The batch holds our name: its frames are looked at for comments that only this server may send. */
  #namesUs = false;
  closed = false;
  failure: UpstreamFailure | null = null;

  constructor(reader: SseReader, provider: Provider) {
    this.#reader = reader;
    this.#provider = provider;
  }

  push(read: Buffer): AnswerFrame[] {
    return this.#isOver() ? [] : this.#takeBatch(this.#splitter.push(read));
  }

  end(): AnswerFrame[] {
    if (this.#isOver()) return [];
    const batch = this.#splitter.end();
    const frames = this.#takeBatch(batch);
    if (this.#isOver() || !this.#isClosedBy(batch.rest)) return frames;
    this.closed = true;
    return [...frames, { events: [{ type: 'closed' }] }];
  }

  #isOver(): boolean {
    return this.closed || this.failure !== null;
  }

  #takeBatch(batch: SseBatch): AnswerFrame[] {
    const events: AnswerEvent[] = [];
    const kept: SseFrame[] = [];
    this.#namesUs = batch.bytes.includes('reeve');
    for (const frame of batch.frames) {
      if (this.#isOver()) break;
      if (this.#take(batch, frame, events)) kept.push(frame);
    }
    if (batch.tooLarge && !this.#isOver()) this.#fail(TOO_LARGE, '');
    return toFrames(this.#reader.wire, joinFrames(batch, kept), events, this.failure);
  }

  /** Reads one frame into `events`; answers whether its bytes may be forwarded. */
  #take(batch: SseBatch, frame: SseFrame, events: AnswerEvent[]): boolean {
    const { data } = frame;
    const isSpoofed = this.#namesUs && SPOOFED.test(batch.bytes.toString('latin1', frame.start, frame.end));
    if (data === null) return !isSpoofed;
    if (isSpoofed) {
      this.#fail(UNREADABLE, '');
      return false;
    }
    if (data.trim() === this.#reader.closingData) {
      this.closed = true;
      events.push({ type: 'closed' });
      return false;
    }
    const chunk = isReadable(batch, frame) ? readRecord(parseJson(data)) : null;
    const error = chunk === null ? UNREADABLE : this.#reader.findError(chunk, frame.event);
    if (chunk === null || error !== null) {
      this.#fail(error ?? UNREADABLE, data);
      return false;
    }
    const verdict = this.#reader.read(chunk, frame.event, events);
    if (verdict !== 'close') return verdict === 'forward';
    this.closed = true;
    const bytes = Buffer.from(batch.bytes.subarray(frame.start, frame.end));
    events.push({ type: 'closed', raw: { wire: this.#reader.wire, bytes } });
    return false;
  }

  /** Some servers end the body without the blank line behind their last frame. */
  #isClosedBy(rest: string): boolean {
    const { closingData } = this.#reader;
    if (this.#reader.isWhole?.() === true) return true;
    return closingData !== undefined && rest.trim().replace(/^data: ?/, '') === closingData;
  }

  #fail(error: WireError, data: string): void {
    this.failure = toStreamFailure(error, { wire: this.#reader.wire, data }, this.#provider);
  }
}

/** An error that a stream brought in `data`. */
export function toStreamFailure(
  { message, status }: WireError,
  { wire, data }: { wire: string; data: string },
  provider: Provider,
): UpstreamFailure {
  const shown = toPublicMessage(message, provider) || 'The provider reported an error.';
  const failure = { status, message: shown, retryAfter: null };
  if (status === null) return { ...failure, kind: 'invalid', body: null };
  const bytes = Buffer.from(maskBody(data, provider));
  return { ...failure, kind: 'status', body: { wire, bytes, contentType: 'application/json' } };
}

/** A comment line in the name of this server, whose own comments say what a call cost. No other line can begin so. */
const SPOOFED = /(?:^|[\r\n])(?:\xEF\xBB\xBF)?:\s*reeve/;

/** Text that was cut or is no UTF-8 decodes to U+FFFD; that a model wrote that character itself is no fault. */
function isReadable({ bytes }: SseBatch, { data, start, end }: SseFrame): boolean {
  return data?.includes('\uFFFD') !== true || isUtf8(bytes.subarray(start, end));
}

/** An error stands in a frame of its own, so that what came before it in the same read still goes out. */
function toFrames(
  wire: string,
  bytes: Buffer | null,
  events: AnswerEvent[],
  failure: UpstreamFailure | null,
): AnswerFrame[] {
  const frames: AnswerFrame[] = [];
  if (bytes !== null) frames.push({ raw: { wire, bytes }, events });
  else if (events.length > 0) frames.push({ events });
  if (failure !== null) frames.push({ events: [toErrorEvent(failure)] });
  return frames;
}

/** What a stream says of its failure. */
export function toErrorEvent({ kind, status, message }: UpstreamFailure): AnswerEvent {
  return { type: 'error', kind: kind === 'status' ? kind : 'invalid', status, message };
}
