/** What the journal does at open: check everything that is kept, cut a torn tail, refuse damage. */
import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { JournalCorruptError } from './journal-errors.ts';
import { type Segment, type SegmentScan, scanSegment } from './read-segment.ts';
import { type SegmentName, listSegments, syncFolder } from './segment-files.ts';

export interface RecoveredSegments {
  /** Oldest first; the last one takes the next records. */
  segments: Segment[];
  tornBytes: number;
}

/** Opens or creates the folder. Throws `JournalCorruptError` where something that was on disk cannot be read. */
export function recoverSegments(folder: string): RecoveredSegments {
  if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) syncFolder(dirname(folder));
  const names = listSegments(folder);
  const found = names.map((name, index) => ({ name, scan: scanSegment(name, names[index + 1]?.start ?? Infinity) }));
  let tornBytes = removeEmptyTail(folder, found);
  const segments = found.map(({ name, scan }, index): Segment => {
    const next = found[index + 1];
    tornBytes += next === undefined ? cutTornTail(name, scan) : checkInnerSegment(name, scan, next);
    return { ...name, end: scan.soundEnd, lossyFrom: null };
  });
  return { segments, tornBytes };
}

interface Found {
  name: SegmentName;
  scan: SegmentScan;
}

/** A crash right after a segment was begun leaves one without a record: the one before is then the newest again. */
function removeEmptyTail(folder: string, found: Found[]): number {
  const last = found.at(-1);
  if (last === undefined || found.length === 1 || last.scan.soundEnd > last.name.start) return 0;
  if (last.scan.provenDamage) return 0;
  found.pop();
  unlinkSync(last.name.path);
  syncFolder(folder);
  return last.scan.fileBytes;
}

/** Only the newest segment may end torn: the ones before were synced before it began. Answers the bytes cut off. */
function cutTornTail({ path, start }: SegmentName, scan: SegmentScan): number {
  const soundBytes = scan.soundEnd - start;
  if (scan.bad === null) return 0;
  if (scan.provenDamage) throw new JournalCorruptError(path, soundBytes, scan.bad);
  const fd = openSync(path, 'r+');
  try {
    ftruncateSync(fd, soundBytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return scan.fileBytes - soundBytes;
}

/** Answers the bytes that a refused sync cost and that the next segment's seal has owned up to. */
function checkInnerSegment({ path, start }: SegmentName, scan: SegmentScan, next: Found): number {
  if (scan.bad === null && scan.soundEnd === next.name.start) return 0;
  if (next.scan.sealedAt !== null && next.scan.sealedAt <= scan.soundEnd) return next.name.start - scan.soundEnd;
  throw new JournalCorruptError(path, scan.soundEnd - start, scan.bad ?? 'the segment that follows is missing');
}
