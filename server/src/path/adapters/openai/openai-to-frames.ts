/** From the stream of an OpenAI answer to `AnswerFrame`s. */
import { isUtf8 } from 'node:buffer';
import type { AnswerEvent, AnswerFrame } from '@reeve/contracts';
import type { Provider, UpstreamFailure } from '../adapter.ts';
import type { StreamTranslator } from '../answer-stream.ts';
import { createSseSplitter, joinFrames, type SseBatch, type SseFrame } from '../split-sse.ts';
import { maskBody, parseJson, toPublicMessage } from '../upstream-failure.ts';
import { chunkToEvents, isUsageOnly } from './chunk-to-events.ts';
import { readError, readRecord, readText, WIRE, type JsonRecord, type WireError } from './openai-wire.ts';

const FRAME_BYTES_MAX = 1024 * 1024;
const CLOSING_DATA = '[DONE]';
const CLOSING_LINE = /^data: ?\[DONE\]$/;
const UNREADABLE: WireError = { message: 'The provider sent a frame that cannot be read.', status: null };
const TOO_LARGE: WireError = { message: 'The provider sent a frame larger than this server takes.', status: null };

/**
 * Reads a stream of chunks. Held back from the forwarded bytes: the closing frame, error frames, and the chunk that
 * carries usage only, unless the caller asked for it (`usageAsked`).
 */
export function createOpenAiTranslator(usageAsked: boolean, provider: Provider): StreamTranslator {
  const splitter = createSseSplitter(FRAME_BYTES_MAX);
  let started = false;
  let closed = false;
  let failure: UpstreamFailure | null = null;
  const isOver = (): boolean => closed || failure !== null;

  /** Reads one frame into `events`; answers whether its bytes may be forwarded. */
  const take = (batch: SseBatch, frame: SseFrame, events: AnswerEvent[]): boolean => {
    const { data } = frame;
    if (data === null) return true;
    if (data.trim() === CLOSING_DATA) {
      closed = true;
      events.push({ type: 'closed' });
      return false;
    }
    const chunk = isReadable(batch, frame) ? readRecord(parseJson(data)) : null;
    const error = chunk === null ? UNREADABLE : findError(chunk, frame.event);
    if (chunk === null || error !== null) {
      failure = toFailure(error ?? UNREADABLE, data, provider);
      return false;
    }
    if (!started) events.push({ type: 'start', model: readText(chunk.model) });
    started = true;
    chunkToEvents(chunk, events);
    return usageAsked || !isUsageOnly(chunk);
  };

  const takeBatch = (batch: SseBatch): AnswerFrame[] => {
    const events: AnswerEvent[] = [];
    const kept: SseFrame[] = [];
    for (const frame of batch.frames) {
      if (isOver()) break;
      if (take(batch, frame, events)) kept.push(frame);
    }
    if (batch.tooLarge && !isOver()) failure = toFailure(TOO_LARGE, '', provider);
    return toFrames(joinFrames(batch, kept), events, failure);
  };

  return {
    push: (read) => (isOver() ? [] : takeBatch(splitter.push(read))),
    end() {
      if (isOver()) return [];
      const batch = splitter.end();
      const frames = takeBatch(batch);
      // Some servers end the body without the blank line behind their last frame.
      if (isOver() || !CLOSING_LINE.test(batch.rest.trim())) return frames;
      closed = true;
      return [...frames, { events: [{ type: 'closed' }] }];
    },
    get failure() {
      return failure;
    },
    get closed() {
      return closed;
    },
  };
}

function findError(chunk: JsonRecord, event: string | null): WireError | null {
  return readError(chunk) ?? (event === 'error' ? readError({ error: chunk }) : null);
}

/** Text that was cut or is no UTF-8 decodes to U+FFFD; that a model wrote that character itself is no fault. */
function isReadable({ bytes }: SseBatch, { data, start, end }: SseFrame): boolean {
  return data?.includes('\uFFFD') !== true || isUtf8(bytes.subarray(start, end));
}

function toFailure({ message, status }: WireError, data: string, provider: Provider): UpstreamFailure {
  const shown = toPublicMessage(message, provider) || 'The provider reported an error.';
  const failure = { status, message: shown, retryAfter: null };
  if (status === null) return { ...failure, kind: 'invalid', body: null };
  const bytes = Buffer.from(maskBody(data, provider));
  return { ...failure, kind: 'status', body: { wire: WIRE, bytes, contentType: 'application/json' } };
}

/** An error stands in a frame of its own, so that what came before it in the same read still goes out. */
function toFrames(bytes: Buffer | null, events: AnswerEvent[], failure: UpstreamFailure | null): AnswerFrame[] {
  const frames: AnswerFrame[] = [];
  if (bytes !== null) frames.push({ raw: { wire: WIRE, bytes }, events });
  else if (events.length > 0) frames.push({ events });
  if (failure !== null) frames.push({ events: [{ type: 'error', message: failure.message }] });
  return frames;
}
