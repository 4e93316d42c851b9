/** Where log lines go: gathered in memory, written in the background, never waited for. */
import type { Writable } from 'node:stream';
import type { Clock } from '#kernel';

export interface LineSink {
  /** Takes a line that ends in a line break. Never throws, never waits. */
  write(line: string): void;
  /** Writes what is gathered now instead of a moment later. */
  hurry(): void;
  /** Writes what is gathered before it returns. */
  close(): Promise<void>;
}

/** What a sink writes to. */
export interface LineTarget {
  /** Appends; rejects where it cannot. */
  append(bytes: Buffer): Promise<void>;
  /** The same at once, for the moment before the process ends. */
  appendSync(bytes: Buffer): void;
  close(): void;
}

/** Lines that a stuck target leaves behind are dropped beyond this, and counted. */
const GATHERED_CHARS_MAX = 4 * 1024 * 1024;
const DELAY_MS = 50;
const HURRY_CHARS = 64 * 1024;
/** A target that takes no more must not keep the process from ending. */
const CLOSE_WAIT_MS = 1_000;

export function createLineSink(target: LineTarget, clock: Clock): LineSink {
  let gathered: string[] = [];
  let gatheredChars = 0;
  let dropped = 0;
  let cancelTimer: (() => void) | null = null;
  let writing: Promise<void> | null = null;

  function take(): Buffer {
    const bytes = Buffer.from(gathered.join('') + describeDropped());
    gathered = [];
    gatheredChars = 0;
    return bytes;
  }

  function describeDropped(): string {
    if (dropped === 0) return '';
    const count = dropped;
    dropped = 0;
    const timestamp = new Date(clock.now()).toISOString();
    return `${JSON.stringify({ level: 'warn', timestamp, service_name: 'reeve', lines: count, message: 'log lines were dropped' })}\n`;
  }

  function flush(): void {
    cancelTimer?.();
    cancelTimer = null;
    if (writing !== null || gathered.length === 0) return;
    const lines = gathered.length;
    writing = target
      .append(take())
      .catch(() => {
        // The log is the place where errors are told, and it is gone: all that is left is to count.
        dropped += lines;
      })
      .then(() => {
        writing = null;
        if (gathered.length > 0) schedule();
      });
  }

  function schedule(): void {
    if (gatheredChars >= HURRY_CHARS) flush();
    else cancelTimer ??= clock.after(DELAY_MS, flush);
  }

  const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));

  return {
    write(line) {
      if (gatheredChars + line.length > GATHERED_CHARS_MAX) {
        dropped += 1;
        return;
      }
      gathered.push(line);
      gatheredChars += line.length;
      schedule();
    },
    hurry: flush,
    async close() {
      if (writing !== null) await Promise.race([writing, wait(CLOSE_WAIT_MS)]);
      cancelTimer?.();
      try {
        if (gathered.length > 0) target.appendSync(take());
      } catch {
        // As above: nobody is left to tell.
      }
      target.close();
    },
  };
}

/** Standard error. Where it is a pipe, writing does not block; a reader that is gone silences the log and nothing else. */
export function createStderrTarget(stream: Writable = process.stderr): LineTarget {
  let gone = false;
  // Each write learns of its error by itself; without a listener the same error would end the process.
  const ignore = (): void => {
    gone = true;
  };
  stream.on('error', ignore);
  return {
    append: (bytes) =>
      new Promise((resolve, reject) => {
        if (gone) resolve();
        else stream.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    appendSync(bytes) {
      if (!gone) stream.write(bytes);
    },
    close() {},
  };
}
