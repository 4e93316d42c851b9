/** One request and its answer over undici's dispatch, without streams: the hot path of every call. */
import type { Dispatcher } from 'undici';
import type { Clock } from '#kernel';
import { AnswerBody, type Flow } from './answer-body.ts';
import { type ExchangePhase, toHttpFailure } from './failure.ts';
import { HttpFailure, type IncomingAnswer, type OutgoingRequest } from './port.ts';

/** Timers of the platform hold no longer delay. */
const TIMER_MAX_MS = 2 ** 31 - 1;

type Controller = Dispatcher.DispatchController;

/** Hands the request to `dispatcher`. Resolves with the head of the answer; rejects with `HttpFailure`. */
export function startExchange(
  dispatcher: Dispatcher,
  path: string,
  request: OutgoingRequest,
  clock: Clock,
): Promise<IncomingAnswer> {
  if (request.signal?.aborted) return Promise.reject(abortedByCaller());
  return new Promise((resolve, reject) => {
    const exchange = new Exchange(request, clock, resolve, reject);
    const { method, headers, body } = request;
    dispatcher.dispatch({ path, method, headers, body: body ?? null }, exchange);
  });
}

class Exchange implements Dispatcher.DispatchHandler, IncomingAnswer, Flow {
  status = 0;
  headers: Readonly<Record<string, string | string[]>> = {};
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (answer: IncomingAnswer) => void;
  readonly #reject: (failure: HttpFailure) => void;
  readonly #body = new AnswerBody(this);
  #controller: Controller | null = null;
  #phase: ExchangePhase = 'waiting';
  #over = false;
  #paused = false;
  #lastByteMs: number;
  #cancelTimer: () => void;

  constructor(
    request: OutgoingRequest,
    clock: Clock,
    resolve: (answer: IncomingAnswer) => void,
    reject: (failure: HttpFailure) => void,
  ) {
    this.#clock = clock;
    this.#timeoutMs = request.timeoutMs;
    this.#signal = request.signal;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#lastByteMs = clock.monotonicMs();
    this.#cancelTimer = clock.after(Math.min(request.timeoutMs, TIMER_MAX_MS), this.#onTimer);
    this.#signal?.addEventListener('abort', this.#onSignal);
  }

  readAll(limitBytes: number): Promise<Buffer> {
    if (Number(this.headers['content-length']) > limitBytes) this.#body.refuse(limitBytes);
    return this.#body.readAll(limitBytes);
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return this.#body;
  }

  abort(): void {
    this.abandon(abortedByCaller());
  }

  pause(): void {
    this.#paused = true;
    this.#controller?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#lastByteMs = this.#clock.monotonicMs();
    this.#controller?.resume();
  }

  abandon(failure: HttpFailure): void {
    if (this.#over) return;
    this.#finish();
    // Closes the socket. Before the request was written there is none yet, and `onRequestStart` stops it.
    this.#controller?.abort(failure);
    if (this.#phase === 'answering') this.#body.fail(failure);
    else this.#reject(failure);
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#over) controller.abort(abortedByCaller());
    else this.#phase = 'sent';
  }

  onResponseStart(_controller: Controller, status: number, headers: IncomingAnswer['headers']): void {
    this.#lastByteMs = this.#clock.monotonicMs();
    if (status < 200) return;
    this.#phase = 'answering';
    this.status = status;
    this.headers = headers;
    this.#resolve(this);
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (this.#over) return;
    this.#lastByteMs = this.#clock.monotonicMs();
    this.#body.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#over) return;
    this.#finish();
    this.#body.end();
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.abandon(toHttpFailure(error, this.#phase));
  }

  readonly #onSignal = (): void => this.abandon(abortedByCaller());

  /** One timer per exchange: bytes only move `#lastByteMs`, and the timer looks how long ago that was. */
  readonly #onTimer = (): void => {
    const leftMs = this.#leftMs();
    if (leftMs > 0) this.#waitOn(leftMs);
    // When the process itself was busy, bytes may wait unread in the socket: let one round of reading go first.
    else setImmediate(this.#onSilence);
  };

  readonly #onSilence = (): void => {
    if (this.#over) return;
    const leftMs = this.#leftMs();
    if (leftMs > 0) this.#waitOn(leftMs);
    else if (this.#phase === 'answering') this.abandon(timedOut(`no byte came for ${this.#timeoutMs} ms`));
    else this.abandon(timedOut(`no answer began within ${this.#timeoutMs} ms`));
  };

  #waitOn(leftMs: number): void {
    this.#cancelTimer = this.#clock.after(Math.min(leftMs, TIMER_MAX_MS), this.#onTimer);
  }

  /** A reader that holds the answer back is no silence of the sender. */
  #leftMs(): number {
    if (this.#paused) return this.#timeoutMs;
    return Math.ceil(this.#lastByteMs + this.#timeoutMs - this.#clock.monotonicMs());
  }

  #finish(): void {
    this.#over = true;
    this.#cancelTimer();
    this.#signal?.removeEventListener('abort', this.#onSignal);
  }
}

const abortedByCaller = (): HttpFailure => new HttpFailure('aborted', 'the caller gave the exchange up');
const timedOut = (message: string): HttpFailure => new HttpFailure('timeout', message);
