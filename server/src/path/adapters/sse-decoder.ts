/**
 * Server-sent events (WHATWG HTML §9.2.6) out of bytes as they come, cut anywhere. Frames keep their own bytes, so that
 * they can be forwarded untouched.
 */

export interface SseFrame {
  /** The frame as it came, its blank line included. Shares memory with what was read. */
  bytes: Buffer;
  /** The `data` lines joined by line feeds; `null` for comments and empty frames. */
  data: string | null;
}

export interface SseDecoder {
  /** The frames that are whole now. Throws `FrameTooLargeError`. */
  push(chunk: Buffer): SseFrame[];
  /** At the end of the stream: a last frame whose blank line could not be told from half of one. */
  flush(): SseFrame[];
  /** Bytes of a frame that is not whole. */
  readonly pendingBytes: number;
}

export class FrameTooLargeError extends Error {}

const LF = 0x0a;
const CR = 0x0d;

export function createSseDecoder(frameBytesMax: number): SseDecoder {
  let pending: Buffer = EMPTY;

  const decode = (ended: boolean): SseFrame[] => {
    const frames: SseFrame[] = [];
    let start = 0;
    for (let end = findFrameEnd(pending, start, ended); end > 0; end = findFrameEnd(pending, start, ended)) {
      const bytes = pending.subarray(start, end);
      frames.push({ bytes, data: readData(bytes) });
      start = end;
    }
    pending = pending.subarray(start);
    if (pending.length > frameBytesMax) {
      throw new FrameTooLargeError(`a frame of the stream passes ${frameBytesMax} bytes`);
    }
    return frames;
  };

  return {
    push(chunk) {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      return decode(false);
    },
    flush: () => decode(true),
    get pendingBytes() {
      return pending.length;
    },
  };
}

const EMPTY = Buffer.alloc(0);

/**
 * The index behind the blank line that ends the frame at `start`, or -1. Lines end in LF, CR LF or CR; a CR at the very
 * end may be half of CR LF, so it counts only once the stream has ended.
 */
function findFrameEnd(bytes: Buffer, start: number, ended: boolean): number {
  let lineStart = start;
  for (let index = start; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte !== LF && byte !== CR) continue;
    let next = index + 1;
    if (byte === CR) {
      if (next === bytes.length && !ended) return -1;
      if (bytes[next] === LF) next += 1;
    }
    if (index === lineStart) return next;
    lineStart = next;
    index = next - 1;
  }
  return -1;
}

function readData(bytes: Buffer): string | null {
  const lines = bytes.toString('utf8').split(/\r\n|\n|\r/);
  let data: string | null = null;
  for (const line of lines) {
    if (!line.startsWith('data:')) continue;
    const text = line.charCodeAt(5) === 0x20 ? line.slice(6) : line.slice(5);
    data = data === null ? text : `${data}\n${text}`;
  }
  return data;
}
