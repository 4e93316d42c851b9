/** The body of one answer: a queue between the socket and one reader, with back-pressure. */
import { HttpFailure } from './port.ts';

/** The reader's hold on the connection. */
export interface Flow {
  pause(): void;
  resume(): void;
  /** Gives the exchange up; the failure comes back through `fail`. */
  abandon(failure: HttpFailure): void;
}

/** Above this many unread bytes the socket is no longer read; the kernel then slows the sender down. */
const HIGH_WATER_BYTES = 128 * 1024;

type Reader =
  | { type: 'none' }
  | { type: 'all'; limitBytes: number; resolve: (bytes: Buffer) => void; reject: (failure: HttpFailure) => void }
  | { type: 'next'; resolve: (result: IteratorResult<Buffer>) => void; reject: (failure: HttpFailure) => void };

const NO_READER: Reader = { type: 'none' };
const DONE: IteratorResult<Buffer> = { done: true, value: undefined };

export class AnswerBody implements AsyncIterator<Buffer> {
  readonly #flow: Flow;
  readonly #chunks: Buffer[] = [];
  #bufferedBytes = 0;
  #paused = false;
  #ended = false;
  #failure: HttpFailure | null = null;
  #reader: Reader = NO_READER;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  push(chunk: Buffer): void {
    const reader = this.#reader;
    if (reader.type === 'next') {
      this.#reader = NO_READER;
      reader.resolve({ done: false, value: chunk });
      return;
    }
    this.#chunks.push(chunk);
    this.#bufferedBytes += chunk.length;
    if (reader.type === 'all') this.#checkLimit(reader.limitBytes);
    else if (this.#bufferedBytes >= HIGH_WATER_BYTES && !this.#paused) {
      this.#paused = true;
      this.#flow.pause();
    }
  }

  end(): void {
    this.#ended = true;
    const reader = this.#reader;
    this.#reader = NO_READER;
    if (reader.type === 'all') reader.resolve(this.#takeAll());
    else if (reader.type === 'next') reader.resolve(DONE);
  }

  /** What came before the failure can still be iterated. */
  fail(failure: HttpFailure): void {
    this.#failure = failure;
    if (failure.kind === 'aborted') this.#drop();
    const reader = this.#reader;
    this.#reader = NO_READER;
    if (reader.type !== 'none') reader.reject(failure);
  }

  readAll(limitBytes: number): Promise<Buffer> {
    if (!this.#failure) this.#checkLimit(limitBytes);
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#ended) return Promise.resolve(this.#takeAll());
    return new Promise((resolve, reject) => {
      this.#reader = { type: 'all', limitBytes, resolve, reject };
      this.#resume();
    });
  }

  next(): Promise<IteratorResult<Buffer>> {
    const chunk = this.#chunks.shift();
    if (chunk) {
      this.#bufferedBytes -= chunk.length;
      if (this.#chunks.length === 0) this.#resume();
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#ended) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#reader = { type: 'next', resolve, reject };
    });
  }

  /** Called when a loop is left early. */
  return(): Promise<IteratorResult<Buffer>> {
    if (!this.#ended) this.#flow.abandon(new HttpFailure('aborted', 'the reader left before the end of the answer'));
    this.#drop();
    return Promise.resolve(DONE);
  }

  /** Gives the body up for its size. */
  refuse(limitBytes: number): void {
    if (this.#failure) return;
    const failure = new HttpFailure('too-large', `the answer is larger than ${limitBytes} bytes`);
    this.#drop();
    if (this.#ended) this.fail(failure);
    else this.#flow.abandon(failure);
  }

  #checkLimit(limitBytes: number): void {
    if (this.#bufferedBytes > limitBytes) this.refuse(limitBytes);
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#flow.resume();
  }

  #takeAll(): Buffer {
    const [only] = this.#chunks;
    const whole = only && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks, this.#bufferedBytes);
    this.#drop();
    return whole;
  }

  #drop(): void {
    this.#chunks.length = 0;
    this.#bufferedBytes = 0;
  }
}
