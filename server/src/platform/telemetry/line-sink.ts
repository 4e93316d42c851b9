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

const DELAY_MS = 50;
const HURRY_CHARS = 64 * 1024;
/** A target that takes no more must not keep the process from ending. */
const CLOSE_WAIT_MS = 1_000;

export function createLineSink(target: LineTarget, clock: Clock): LineSink {
  const buffer = createLineBuffer(clock);
  let cancelTimer: (() => void) | null = null;
  let writing: Promise<void> | null = null;

  function flush(): void {
    cancelTimer?.();
    cancelTimer = null;
    if (writing !== null || buffer.lines() === 0) return;
    const lines = buffer.lines();
    writing = target
      .append(buffer.take())
      // The log is the place where errors are told, and it is gone: all that is left is to count.
      .catch(() => buffer.countLost(lines))
      .then(() => {
        writing = null;
        if (buffer.lines() > 0) schedule();
      });
  }

  function schedule(): void {
    if (buffer.chars() >= HURRY_CHARS) flush();
    else cancelTimer ??= clock.after(DELAY_MS, flush);
  }

  return {
    write(line) {
      buffer.add(line);
      schedule();
    },
    hurry: flush,
    async close() {
      const timeUp = new Promise<void>((resolve) => clock.after(CLOSE_WAIT_MS, resolve));
      if (writing !== null) await Promise.race([writing, timeUp]);
      cancelTimer?.();
      try {
        if (buffer.lines() > 0) target.appendSync(buffer.take());
      } catch {
        // As above: nobody is left to tell.
      }
      target.close();
    },
  };
}

/** Lines that a stuck target leaves behind are dropped beyond this, and counted. */
const GATHERED_CHARS_MAX = 4 * 1024 * 1024;

/** The lines that wait, within their bound. */
function createLineBuffer(clock: Clock) {
  let gathered: string[] = [];
  let chars = 0;
  let lost = 0;

  function describeLost(): string {
    if (lost === 0) return '';
    const timestamp = new Date(clock.now()).toISOString();
    const entry = { level: 'warn', timestamp, service_name: 'reeve', lines: lost, message: 'log lines were dropped' };
    return `${JSON.stringify(entry)}\n`;
  }

  return {
    lines: () => gathered.length,
    chars: () => chars,
    add(line: string): void {
      if (chars + line.length > GATHERED_CHARS_MAX) {
        lost += 1;
        return;
      }
      gathered.push(line);
      chars += line.length;
    },
    countLost(lines: number): void {
      lost += lines;
    },
    /** Everything gathered, and what was lost as a line of its own. */
    take(): Buffer {
      const bytes = Buffer.from(gathered.join('') + describeLost());
      gathered = [];
      chars = 0;
      lost = 0;
      return bytes;
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
