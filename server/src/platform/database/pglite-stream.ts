import { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { type FromWorker, joinBytes, type ToWorker, type WorkerInput } from './pglite-wire.ts';

type Done = (error?: Error | null) => void;

/**
 * A connection to the database thread that looks like a socket to `pg`, so that both engines share one client. The
 * thread starts with `connect` and ends with the stream; when it dies, the stream fails and so does all that waits.
 */
export class PgliteStream extends Duplex {
  readonly #input: WorkerInput;
  readonly #answerTimeoutMs: number;
  #worker: Worker | null = null;
  #waiting = 0;
  #watchdog: NodeJS.Timeout | undefined;
  #ending: Done | null = null;

  /** A thread that is silent for `answerTimeoutMs` while it owes an answer is taken for hung and stopped. */
  constructor(input: WorkerInput, answerTimeoutMs: number) {
    super();
    this.#input = input;
    this.#answerTimeoutMs = answerTimeoutMs;
  }

  connect(): void {
    const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), {
      workerData: this.#input,
      name: 'reeve-database',
    });
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', (cause) => this.destroy(new Error(`The database thread failed: ${cause.message}`, { cause })));
    worker.on('exit', () => this.#exited());
    this.#worker = worker;
    this.#watchdog = setTimeout(() => this.#noteSilence(), this.#answerTimeoutMs).unref();
  }

  #receive(message: FromWorker): void {
    if (message === 'open') {
      this.emit('connect');
      return;
    }
    this.#waiting -= 1;
    this.#watchdog?.refresh();
    if (message.length > 0) this.push(Buffer.from(message.buffer, message.byteOffset, message.byteLength));
  }

  #exited(): void {
    this.#worker = null;
    clearTimeout(this.#watchdog);
    if (this.#ending === null) this.destroy(new Error('The database thread ended'));
    else {
      this.push(null);
      this.#ending();
    }
  }

  override _read(): void {
    // The thread sends what it has; there is never more than one answer under way.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#post(joinBytes([chunk]));
    done();
  }

  override _writev(chunks: readonly { chunk: Buffer }[], done: Done): void {
    this.#post(joinBytes(chunks.map(({ chunk }) => chunk)));
    done();
  }

  #post(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#waiting === 0) this.#watchdog?.refresh();
    this.#waiting += 1;
    const message: ToWorker = bytes;
    this.#worker?.postMessage(message, [bytes.buffer]);
  }

  override _final(done: Done): void {
    if (this.#worker === null) {
      done();
      return;
    }
    this.#ending = done;
    const message: ToWorker = 'close';
    this.#worker.postMessage(message);
  }

  override _destroy(error: Error | null, done: Done): void {
    clearTimeout(this.#watchdog);
    const worker = this.#worker;
    this.#worker = null;
    if (worker === null) done(error);
    else void worker.terminate().then(() => done(error));
  }

  /** One timer for all messages: it is only moved on, and where nothing is owed it goes by. */
  #noteSilence(): void {
    if (this.#waiting === 0) return;
    this.destroy(new Error(`The database thread was silent for ${this.#answerTimeoutMs} ms`));
  }

  /** As of a socket; `pg` calls them. */
  setNoDelay(): void {}
  setKeepAlive(): void {}
  ref(): void {
    this.#worker?.ref();
  }
  unref(): void {
    this.#worker?.unref();
  }
}
