/** One keep-alive HTTP/1.1 connection over a raw socket that costs the bench as little as possible. */
import { connect, type Socket } from 'node:net';
import { nowMicros, STAMP } from './traffic.ts';

export interface Reply {
  status: number;
  /** Everything behind the head, chunk framing included. */
  body: string;
  /** From sending to the first byte of the body, µs. */
  firstByteMicros: number;
  totalMicros: number;
  /** How old each stamped chunk was when it came, µs; gathered only where asked for. */
  chunkAgesMicros: number[];
}

export type OnReply = (reply: Reply | Error) => void;

const HEAD_END = '\r\n\r\n';
const LAST_CHUNK = '\r\n0\r\n\r\n';

export class LeanConnection {
  readonly #socket: Socket;
  readonly #readsAges: boolean;
  #onReply: OnReply | null = null;
  #text = '';
  #bodyStart = 0;
  #status = 0;
  /** Bytes of the body; `null` when it comes in chunks. */
  #length: number | null = null;
  #sentMicros = 0;
  #firstByteMicros = 0;
  #ages: number[] = [];
  /** Up to where stamps were read. */
  #scanned = 0;
  closed = false;

  constructor(port: number, readsAges: boolean) {
    this.#readsAges = readsAges;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => this.#take(text));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the connection was closed')));
  }

  /** Sends one request; one at a time. */
  send(request: Buffer, onReply: OnReply): void {
    this.#onReply = onReply;
    this.#text = '';
    this.#bodyStart = 0;
    this.#firstByteMicros = 0;
    this.#ages = [];
    this.#sentMicros = nowMicros();
    this.#socket.write(request);
  }

  close(): void {
    this.closed = true;
    this.#onReply = null;
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#text += text;
    if (this.#bodyStart === 0 && !this.#readHead()) return;
    if (this.#firstByteMicros === 0 && this.#text.length > this.#bodyStart) this.#firstByteMicros = nowMicros();
    if (this.#readsAges) this.#readAges();
    const whole =
      this.#length === null ? this.#text.endsWith(LAST_CHUNK) : this.#text.length - this.#bodyStart >= this.#length;
    if (whole) this.#finish();
  }

  #readHead(): boolean {
    const end = this.#text.indexOf(HEAD_END);
    if (end < 0) return false;
    const head = this.#text.slice(0, end);
    this.#bodyStart = end + HEAD_END.length;
    this.#status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    this.#length = length === undefined ? null : Number(length);
    this.#scanned = this.#bodyStart;
    return true;
  }

  #readAges(): void {
    const now = nowMicros();
    STAMP.lastIndex = this.#scanned;
    for (let match = STAMP.exec(this.#text); match !== null; match = STAMP.exec(this.#text)) {
      this.#ages.push(now - Number(match[1]));
      this.#scanned = STAMP.lastIndex;
    }
  }

  #finish(): void {
    const onReply = this.#onReply;
    this.#onReply = null;
    const now = nowMicros();
    onReply?.({
      status: this.#status,
      body: this.#text.slice(this.#bodyStart),
      firstByteMicros: this.#firstByteMicros - this.#sentMicros,
      totalMicros: now - this.#sentMicros,
      chunkAgesMicros: this.#ages,
    });
  }

  #fail(error: Error): void {
    this.closed = true;
    const onReply = this.#onReply;
    this.#onReply = null;
    onReply?.(error);
  }
}
