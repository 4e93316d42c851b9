/** A log file that starts anew each day (UTC) and at a size, and forgets old parts. */
import { closeSync, fstatSync, openSync, readdirSync, renameSync, rmSync, write, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '#kernel';
import type { LineTarget } from './line-sink.ts';

interface Rotation {
  sizeBytesMax: number;
  keepDays: number;
  /** Parts beside the current file, whatever their age. */
  keepParts: number;
}

const DEFAULT_ROTATION: Rotation = { sizeBytesMax: 64 * 1024 * 1024, keepDays: 90, keepParts: 100 };
const DAY_MS = 86_400_000;

/**
 * Appends to `path`; full or old parts become `path.YYYY-MM-DD.N`. Throws where the file cannot be opened at the start;
 * later errors reject the append and the next one tries again.
 */
export function openRotatingFile(path: string, clock: Clock, rotation = DEFAULT_ROTATION): LineTarget {
  let part: Part | null = openPart(path, clock);

  /** The part to write to. While it is closed or moved there is none, so that a failure cannot leave a stale descriptor. */
  function findPart(moreBytes: number): Part {
    if (part !== null && isDue(part, moreBytes)) {
      const { descriptor, bytes, day } = part;
      part = null;
      closeSync(descriptor);
      if (bytes > 0) renameSync(path, nextPartName(path, day));
      removeOldParts(path, rotation, clock.now());
    }
    part ??= openPart(path, clock);
    return part;
  }

  function isDue({ bytes, day }: Part, moreBytes: number): boolean {
    return (bytes > 0 && bytes + moreBytes > rotation.sizeBytesMax) || day !== dayOf(clock.now());
  }

  return {
    async append(bytes) {
      const current = findPart(bytes.length);
      for (let offset = 0; offset < bytes.length;) {
        const { bytesWritten } = await writePart(current.descriptor, bytes, offset);
        offset += bytesWritten;
        current.bytes += bytesWritten;
      }
    },
    appendSync: (bytes) => void writeSync(findPart(bytes.length).descriptor, bytes),
    close() {
      if (part !== null) closeSync(part.descriptor);
      part = null;
    },
  };
}

interface Part {
  descriptor: number;
  bytes: number;
  /** The day (UTC) of what it holds. */
  day: string;
}

function openPart(path: string, clock: Clock): Part {
  const descriptor = openSync(path, 'a', 0o640);
  const { size, mtimeMs } = fstatSync(descriptor);
  return { descriptor, bytes: size, day: dayOf(size > 0 ? mtimeMs : clock.now()) };
}

const writePart = promisify(write);

function nextPartName(path: string, day: string): string {
  const taken = listParts(path)
    .filter((part) => part.day === day)
    .map((part) => part.number);
  return `${path}.${day}.${Math.max(0, ...taken) + 1}`;
}

function removeOldParts(path: string, { keepDays, keepParts }: Rotation, nowMs: number): void {
  const oldestDay = dayOf(nowMs - keepDays * DAY_MS);
  const parts = listParts(path).toSorted((a, b) => (a.day === b.day ? b.number - a.number : a.day < b.day ? 1 : -1));
  for (const [index, part] of parts.entries()) {
    if (index >= keepParts || part.day < oldestDay) rmSync(part.path, { force: true });
  }
}

function listParts(path: string): { path: string; day: string; number: number }[] {
  const prefix = `${basename(path)}.`;
  return readdirSync(dirname(path)).flatMap((name) => {
    const found = name.startsWith(prefix) ? /^(\d{4}-\d\d-\d\d)\.(\d+)$/.exec(name.slice(prefix.length)) : null;
    return found?.[1] ? [{ path: join(dirname(path), name), day: found[1], number: Number(found[2]) }] : [];
  });
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
