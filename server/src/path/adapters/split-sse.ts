/** Server-sent events out of reads that are cut anywhere (WHATWG HTML §9.2), without copying what is whole. */

export interface SseFrame {
  /** Where it stands in the batch's bytes; `end` is behind its blank line. */
  start: number;
  end: number;
  /** The `event:` field. */
  event: string | null;
  /** The `data:` lines joined by line breaks; `null` for a frame of comments only. */
  data: string | null;
}

export interface SseBatch {
  /** Whole frames, one behind the other. */
  bytes: Buffer;
  frames: SseFrame[];
  /** A frame grew past the limit; nothing more can be read. */
  tooLarge: boolean;
}

export interface SseSplitter {
  /** The frames that this read completes. */
  push(read: Buffer): SseBatch;
  /** The body is over: what can still be read as a frame, and the rest that is none. */
  end(): SseBatch & { rest: string };
}

const LF = 0x0a;
const CR = 0x0d;
const NOTHING = Buffer.alloc(0);
const PENDING_BYTES_MIN = 1024;

/** A frame may have at most `frameBytesMax` bytes; at most one more read is ever held. */
export function createSseSplitter(frameBytesMax: number): SseSplitter {
  return new Splitter(frameBytesMax);
}

class Splitter implements SseSplitter {
  readonly #frameBytesMax: number;
  /** The begin of a frame that is not whole yet: the first `#held` bytes. */
  #pending = NOTHING;
  #held = 0;
  /** Up to where the source was looked at, and whether the line at that place is still empty. */
  #scanned = 0;
  #lineEmpty = true;

  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax;
  }

  push(read: Buffer): SseBatch {
    if (this.#held === 0) return this.#split(read, false, false);
    this.#append(read);
    return this.#split(this.#pending.subarray(0, this.#held), true, false);
  }

  end(): SseBatch & { rest: string } {
    const batch = this.#split(this.#pending.subarray(0, this.#held), true, true);
    return { ...batch, rest: this.#pending.toString('utf8', 0, this.#held) };
  }

  #split(source: Buffer, wasPending: boolean, atEnd: boolean): SseBatch {
    const ends = this.#findEnds(source, atEnd);
    const whole = ends.at(-1) ?? 0;
    this.#scanned -= whole;
    this.#keep(source.subarray(whole), wasPending);
    let start = 0;
    const frames = ends.map((end) => {
      const frame = readFrame(source, start, end);
      start = end;
      return frame;
    });
    return { bytes: source.subarray(0, whole), frames, tooLarge: this.#held > this.#frameBytesMax };
  }

  /** Ends of frames from `#scanned` on. A CR at the very end waits for the LF that may follow. */
  #findEnds(source: Buffer, atEnd: boolean): number[] {
    const ends: number[] = [];
    let at = this.#scanned;
    for (; at < source.length; at += 1) {
      const byte = source[at];
      if (byte !== LF && byte !== CR) {
        this.#lineEmpty = false;
        continue;
      }
      if (byte === CR) {
        if (at + 1 === source.length && !atEnd) break;
        if (source[at + 1] === LF) at += 1;
      }
      if (this.#lineEmpty) ends.push(at + 1);
      this.#lineEmpty = true;
    }
    this.#scanned = at;
    return ends;
  }

  /** Keeps what is no whole frame. What was handed out is never written to again. */
  #keep(rest: Buffer, wasPending: boolean): void {
    if (wasPending && rest.length === this.#held) return;
    this.#pending = rest.length === 0 ? NOTHING : Buffer.allocUnsafe(Math.max(PENDING_BYTES_MIN, rest.length * 2));
    this.#held = rest.copy(this.#pending);
  }

  /** Grows by doubling, so that a frame that comes byte by byte costs no more than its size. */
  #append(read: Buffer): void {
    if (this.#held + read.length > this.#pending.length) {
      const grown = Buffer.allocUnsafe((this.#held + read.length) * 2);
      this.#pending.copy(grown, 0, 0, this.#held);
      this.#pending = grown;
    }
    read.copy(this.#pending, this.#held);
    this.#held += read.length;
  }
}

/** The bytes of the frames that are kept: one slice of the read unless something between them was left out. */
export function joinFrames({ bytes }: SseBatch, kept: readonly SseFrame[]): Buffer | null {
  const runs: { start: number; end: number }[] = [];
  for (const { start, end } of kept) {
    const last = runs.at(-1);
    if (last?.end === start) last.end = end;
    else runs.push({ start, end });
  }
  const slices = runs.map((run) => bytes.subarray(run.start, run.end));
  return slices.length > 1 ? Buffer.concat(slices) : (slices[0] ?? null);
}

/** Most frames are one line of data; the rest is taken apart line by line. */
function readFrame(source: Buffer, start: number, end: number): SseFrame {
  const lineEnd = findLineEnd(source, start);
  if (startsWithData(source, start) && isBlank(source, lineEnd, end)) {
    const from = source[start + 5] === 0x20 ? start + 6 : start + 5;
    return { start, end, event: null, data: source.toString('utf8', from, lineEnd) };
  }
  return { start, end, ...readLines(source.toString('utf8', start, end)) };
}

function startsWithData(source: Buffer, at: number): boolean {
  return (
    source[at] === 0x64 &&
    source[at + 1] === 0x61 &&
    source[at + 2] === 0x74 &&
    source[at + 3] === 0x61 &&
    source[at + 4] === 0x3a
  );
}

function findLineEnd(source: Buffer, start: number): number {
  let at = start;
  while (at < source.length && source[at] !== LF && source[at] !== CR) at += 1;
  return at;
}

/** Whether only line ends stand between `from` and `end`. */
function isBlank(source: Buffer, from: number, end: number): boolean {
  for (let at = from; at < end; at += 1) if (source[at] !== LF && source[at] !== CR) return false;
  return true;
}

function readLines(text: string): { event: string | null; data: string | null } {
  let event: string | null = null;
  const data: string[] = [];
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
  }
  return { event, data: data.length === 0 ? null : data.join('\n') };
}
