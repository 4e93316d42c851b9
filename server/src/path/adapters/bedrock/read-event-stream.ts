/**
 * The event stream encoding of AWS: binary messages with headers, a payload and checksums. Source: the public
 * specification `application/vnd.amazon.eventstream`.
 */
import { crc32 } from 'node:zlib';

export interface EventMessage {
  /** Those with a text, e.g. `:event-type`; the few other kinds are skipped. */
  headers: ReadonlyMap<string, string>;
  payload: Buffer;
  /** The whole message as it came. */
  bytes: Buffer;
}

export interface EventBatch {
  messages: EventMessage[];
  /** What makes the rest of the stream unreadable, or `null`. */
  fault: string | null;
}

export interface EventSplitter {
  /** The messages that this read completes. After a fault: none. */
  push(read: Buffer): EventBatch;
}

const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
const MESSAGE_BYTES_MAX = 25 * 1024 * 1024;

export function createEventSplitter(): EventSplitter {
  return new Splitter();
}

class Splitter implements EventSplitter {
  #chunks: Buffer[] = [];
  #heldBytes = 0;
  #neededBytes = PRELUDE_BYTES;
  #fault: string | null = null;

  push(read: Buffer): EventBatch {
    const messages: EventMessage[] = [];
    if (this.#fault !== null) return { messages, fault: this.#fault };
    this.#chunks.push(read);
    this.#heldBytes += read.length;
    while (this.#heldBytes >= this.#neededBytes && this.#fault === null) this.#advance(messages);
    return { messages, fault: this.#fault };
  }

  /** Reads what the bytes at hand allow: the length of the next message, or the message. */
  #advance(messages: EventMessage[]): void {
    const [only] = this.#chunks;
    const held = only !== undefined && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks);
    this.#chunks = [held];
    if (this.#neededBytes === PRELUDE_BYTES) {
      this.#fault = findPreludeFault(held);
      this.#neededBytes = held.readUInt32BE(0);
      return;
    }
    const bytes = held.subarray(0, this.#neededBytes);
    this.#chunks = [held.subarray(this.#neededBytes)];
    this.#heldBytes -= this.#neededBytes;
    this.#neededBytes = PRELUDE_BYTES;
    const message = readMessage(bytes);
    if (typeof message === 'string') this.#fault = message;
    else messages.push(message);
  }
}

function findPreludeFault(held: Buffer): string | null {
  if (crc32(held.subarray(0, 8)) !== held.readUInt32BE(8)) return 'its beginning has a wrong checksum';
  const totalBytes = held.readUInt32BE(0);
  if (totalBytes > MESSAGE_BYTES_MAX) return 'it is larger than this server takes';
  return PRELUDE_BYTES + held.readUInt32BE(4) + CHECKSUM_BYTES > totalBytes
    ? 'its lengths contradict each other'
    : null;
}

function readMessage(bytes: Buffer): EventMessage | string {
  const end = bytes.length - CHECKSUM_BYTES;
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) return 'it has a wrong checksum';
  const headersEnd = PRELUDE_BYTES + bytes.readUInt32BE(4);
  const headers = readHeaders(bytes.subarray(PRELUDE_BYTES, headersEnd));
  if (headers === null) return 'its headers cannot be read';
  return { headers, payload: bytes.subarray(headersEnd, end), bytes };
}

/** Sizes of the values of each type; `null`: the value says its own size in two bytes before it. */
const VALUE_BYTES: readonly (number | null)[] = [0, 0, 1, 2, 4, 8, null, null, 8, 16];
const TEXT = 7;

function readHeaders(bytes: Buffer): Map<string, string> | null {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    if (nameEnd >= bytes.length) return null;
    const name = bytes.toString('utf8', at + 1, nameEnd);
    const type = bytes.readUInt8(nameEnd);
    const fixed = VALUE_BYTES[type];
    const from = nameEnd + 1 + (fixed === null ? 2 : 0);
    if (fixed === undefined || from > bytes.length) return null;
    at = from + (fixed ?? bytes.readUInt16BE(from - 2));
    if (at > bytes.length) return null;
    if (type === TEXT) headers.set(name, bytes.toString('utf8', from, at));
  }
  return headers;
}
