import { createHash, hash } from 'node:crypto';
import { estimateInputTokens, estimateTextTokens } from '#accounting';
import type { Answer, AnswerEvent, AnswerFrame, Call, ReceiptStatus, Usage } from '@reeve/contracts';
import { AppError } from '#kernel';
import { candidateName, type RunResult } from '#routing';
import type { CallRequest } from './calls.ts';
import { toAnswerHead, type OpenCall } from './open-call.ts';
import { hasLeft, whyGivenUp } from './why-given-up.ts';

/** What went to the caller (or is about to), and what it used. */
export interface Guarded {
  status: Extract<ReceiptStatus, 'ok' | 'failed' | 'aborted'>;
  usage: Usage;
  answerHash: string;
  bytesOut: number;
  finishReason: string | null;
  /** Set where a stream broke after its first byte. */
  error: AppError | null;
  /** The provider broke it: its wire failed or fell silent. */
  broken: boolean;
}

type Answered = Extract<RunResult, { type: 'answer' }>;
type Streaming = Extract<RunResult, { type: 'stream' }>;

/** Watches a stream on its way: whole frames only, no closing frame after an error, usage gathered or estimated. */
export async function guardStream(call: OpenCall, run: Streaming): Promise<Guarded> {
  const { path, request, facts, timeline } = call;
  const seen = watchStream();
  call.spent = {
    run,
    get usage() {
      return seen.usage(request.call);
    },
    get bytesOut() {
      return seen.bytesOut();
    },
  };
  path.telemetry.metrics.streamOpened();
  const startMs = timeline.now();
  try {
    request.sink.open(toAnswerHead(facts, candidateName(run.candidate), run.failed));
    const guarded = await relay(request, run.frames, seen);
    if (guarded.broken) path.routing.noteBreak(run.candidate);
    return guarded;
  } finally {
    timeline.upstreamMs += timeline.now() - startMs;
    path.telemetry.metrics.streamClosed();
  }
}

/** The same for an answer that is whole. */
export function guardAnswer(open: OpenCall, run: Answered): Guarded {
  const { answer } = run;
  const { call, signal } = open.request;
  const usage = settleUsage(call, answer.usage, { textBytes: () => answerTextBytes(answer), isFinal: true });
  open.spent = { run, usage, bytesOut: 0 };
  const bytes = answer.raw?.bytes ?? Buffer.from(JSON.stringify(answer.parts));
  const ended = answer.parts.find((part) => part.type === 'end');
  return {
    status: hasLeft(signal) ? 'aborted' : 'ok',
    usage,
    answerHash: hash('sha256', bytes, 'hex'),
    bytesOut: bytes.length,
    finishReason: ended?.type === 'end' ? ended.finishReason : null,
    error: null,
    broken: false,
  };
}

async function relay(request: CallRequest, frames: AsyncIterable<AnswerFrame>, seen: Watch): Promise<Guarded> {
  for await (const frame of frames) {
    seen.take(frame);
    if (seen.failure() !== null) break;
    const waiting = request.sink.frame(frame);
    if (waiting !== undefined) await waiting;
    if (request.signal.aborted) break;
  }
  return seen.conclude(request);
}

type Watch = ReturnType<typeof watchStream>;

/** Gathers what a stream says, frame by frame. */
function watchStream() {
  const digest = createHash('sha256');
  let usage: Usage | null = null;
  let isFinal = false;
  let finishReason: string | null = null;
  let failure: StreamError | null = null;
  let whole = false;
  let textBytes = 0;
  let bytesOut = 0;

  /** Some servers send zeros behind their figures. */
  const takeUsage = (event: Extract<AnswerEvent, { type: 'usage' }>): void => {
    if (usage !== null && isZero(event.usage)) return;
    usage = event.usage;
    isFinal = event.interim !== true;
  };
  const note = (event: AnswerEvent): void => {
    if (event.type === 'usage') takeUsage(event);
    else if (event.type === 'end') finishReason ??= event.finishReason;
    else if (event.type === 'error') failure = event;
    else if (event.type === 'closed') whole = true;
    else textBytes += eventTextBytes(event);
  };

  return {
    take(frame: AnswerFrame): void {
      for (const event of frame.events) note(event);
      const bytes = frame.raw?.bytes ?? Buffer.from(JSON.stringify(frame.events));
      digest.update(bytes);
      bytesOut += bytes.length;
    },
    failure: () => failure,
    usage: (call: Call) => settleUsage(call, usage, { textBytes: () => textBytes, isFinal }),
    bytesOut: () => bytesOut,
    conclude({ call, signal }: CallRequest): Guarded {
      const error = concludeError(signal, failure, whole);
      return {
        status: hasLeft(signal) && !whole ? 'aborted' : error === null ? 'ok' : 'failed',
        usage: this.usage(call),
        answerHash: digest.digest('hex'),
        bytesOut,
        finishReason,
        error,
        broken: failure?.kind === 'reset' || failure?.kind === 'timeout',
      };
    },
  };
}

type StreamError = Extract<AnswerEvent, { type: 'error' }>;

function concludeError(signal: AbortSignal, failure: StreamError | null, whole: boolean): AppError | null {
  const givenUp = whyGivenUp(signal);
  if (givenUp !== null && !whole) return givenUp;
  if (failure !== null) {
    const code = failure.kind === 'timeout' ? 'upstream_timeout' : 'upstream_failed';
    return new AppError(code, { message: failure.message });
  }
  if (whole || signal.aborted) return null;
  return new AppError('upstream_invalid', { message: 'The provider ended the stream without its closing frame.' });
}

/**
 * What the provider stated, as far as it makes sense. Where its figures are not the final ones, or know of no output
 * beside words, the output is estimated.
 */
function settleUsage(call: Call, stated: Usage | null, seen: { textBytes(): number; isFinal: boolean }): Usage {
  if (stated !== null && seen.isFinal && stated.outputTokens > 0) return stated;
  const textBytes = seen.textBytes();
  if (stated === null) return estimateUsage(call, textBytes);
  if (seen.isFinal && textBytes === 0) return stated;
  const outputTokens = Math.max(stated.outputTokens, estimateTextTokens(textBytes));
  return { ...stated, outputTokens, estimated: true };
}

function isZero({ inputTokens, outputTokens, searches = 0 }: Usage): boolean {
  return inputTokens + outputTokens + searches === 0;
}

/** What a provider did not state is estimated from bytes; the receipt says so. */
export function estimateUsage(call: Call, outputBytes: number): Usage {
  return {
    inputTokens: estimateInputTokens(call),
    outputTokens: estimateTextTokens(outputBytes),
    cachedInputTokens: 0,
    estimated: true,
  };
}

function answerTextBytes(answer: Answer): number {
  let bytes = 0;
  for (const part of answer.parts) {
    if (part.type === 'text' || part.type === 'reasoning' || part.type === 'refusal')
      bytes += Buffer.byteLength(part.text);
    else if (part.type === 'tool-call') bytes += Buffer.byteLength(part.name) + Buffer.byteLength(part.arguments);
  }
  return bytes;
}

function eventTextBytes(event: AnswerEvent): number {
  if (event.type === 'text-delta' || event.type === 'reasoning-delta' || event.type === 'refusal-delta') {
    return Buffer.byteLength(event.text);
  }
  if (event.type === 'tool-call-delta') {
    return Buffer.byteLength(event.arguments) + Buffer.byteLength(event.name ?? '');
  }
  return 0;
}
