/** The file calls of the journal, in one place so that a test can make the disk refuse. */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

export interface SegmentFiles {
  /** Creates an empty file that must not exist yet, and makes its name durable. Answers the descriptor. */
  create(path: string): number;
  /** Writes all of `bytes` at `offset`, or throws. */
  write(fd: number, bytes: Uint8Array, offset: number): void;
  truncate(fd: number, size: number): void;
  sync(fd: number, done: (error: Error | null) => void): void;
  syncNow(fd: number): void;
  close(fd: number): void;
}

export const segmentFiles: SegmentFiles = {
  create(path) {
    const fd = openSync(path, 'wx+', 0o600);
    try {
      syncFolder(dirname(path));
    } catch (error) {
      closeSync(fd);
      unlinkSync(path);
      throw error;
    }
    return fd;
  },
  write(fd, bytes, offset) {
    let written = 0;
    while (written < bytes.length) written += writeSync(fd, bytes, written, bytes.length - written, offset + written);
  },
  truncate: ftruncateSync,
  sync: fdatasync,
  syncNow: fdatasyncSync,
  close: closeSync,
};

export interface SegmentName {
  path: string;
  /** Logical offset of the segment's first byte. */
  start: number;
}

const NAME_PATTERN = /^(\d{20})\.segment$/;

/** The segments of a folder, oldest first. */
export function listSegments(folder: string): SegmentName[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const start = NAME_PATTERN.exec(name)?.[1];
      return start === undefined ? [] : [{ path: join(folder, name), start: Number(start) }];
    })
    .toSorted((a, b) => a.start - b.start);
}

export function segmentPath(folder: string, start: number): string {
  return join(folder, `${String(start).padStart(20, '0')}.segment`);
}

/** Makes the names in a folder durable. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
