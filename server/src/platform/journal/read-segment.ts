/** Reading one segment file from the disk with bounded memory. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { JournalCorruptError } from './journal-errors.ts';
import { KIND_NOTE, type RawRecord, decodeRecord, findProofOfSync } from './record-format.ts';
import type { SegmentName } from './segment-files.ts';

const CHUNK_BYTES = 512 * 1024;

export interface Segment extends SegmentName {
  /** Logical offset behind the last sound record. */
  end: number;
  /** From here on a refused sync may have cost records; `null` where none was. */
  lossyFrom: number | null;
}

interface Chunk {
  records: RawRecord[];
  usedBytes: number;
  /** Why reading stopped before the chunk's end; `null` where more bytes may help. */
  bad: string | null;
  /** How long a chunk must be to hold the next record. */
  neededBytes: number;
}

export interface SegmentScan {
  /** Logical offset behind the last record of an unbroken line. */
  soundEnd: number;
  /** Without the zeros that were laid ahead of records. */
  fileBytes: number;
  /** Why the line ends before the file does; `null` when it does not. */
  bad: string | null;
  /** A valid record behind the break says that the broken place had been synced: this is damage, not a torn tail. */
  provenDamage: boolean;
  /** From the segment's first record: up to where the segment before is sound, though longer. */
  sealedAt: number | null;
}

/** Walks a segment, at most to the logical offset `limit`, and checks every record. */
export function scanSegment({ path, start }: SegmentName, limit: number): SegmentScan {
  const fd = openSync(path, 'r');
  try {
    const fileBytes = Math.min(fstatSync(fd).size, limit - start);
    let position = start;
    let wantBytes = CHUNK_BYTES;
    let sealedAt: number | null = null;
    for (;;) {
      const restBytes = start + fileBytes - position;
      const bytes = readAt(fd, position - start, Math.min(wantBytes, restBytes));
      const chunk = decodeChunk(bytes, position);
      if (position === start) sealedAt = toSealedAt(chunk.records[0]);
      position += chunk.usedBytes;
      if (chunk.bad !== null || bytes.length === restBytes) {
        const rest = readAt(fd, position - start, start + fileBytes - position);
        return { ...judgeRest(rest, start, position, chunk.bad), sealedAt };
      }
      wantBytes = Math.max(CHUNK_BYTES, chunk.neededBytes);
    }
  } finally {
    closeSync(fd);
  }
}

/** What `rest`, the bytes behind the last sound record, says: nothing, zeros laid ahead, a torn tail, or damage. */
function judgeRest(rest: Buffer, start: number, soundEnd: number, bad: string | null): Omit<SegmentScan, 'sealedAt'> {
  const writtenBytes = endOfWritten(rest);
  const fileBytes = soundEnd - start + writtenBytes;
  if (writtenBytes === 0) return { soundEnd, fileBytes, bad: null, provenDamage: false };
  return { soundEnd, fileBytes, bad: bad ?? 'the record is cut off', provenDamage: findProofOfSync(rest, 0, soundEnd) };
}

/** The records of one segment from the logical offset `from`, which must be a record's, up to the segment's end. */
export async function* readSegment(segment: Segment, from: number): AsyncGenerator<RawRecord> {
  const { path, start, end: to } = segment;
  const file = await open(path, 'r');
  try {
    let position = from;
    let wantBytes = CHUNK_BYTES;
    while (position < to) {
      const askedBytes = Math.min(wantBytes, to - position);
      const bytes = await readChunk(file, position - start, askedBytes);
      const chunk = decodeChunk(bytes, position);
      yield* chunk.records;
      position += chunk.usedBytes;
      const isCutOff = chunk.neededBytes > to - position || (chunk.usedBytes === 0 && bytes.length < askedBytes);
      if (chunk.bad !== null || isCutOff) return failUnlessLossy(segment, position, chunk.bad);
      wantBytes = Math.max(CHUNK_BYTES, chunk.neededBytes);
    }
  } finally {
    await file.close();
  }
}

function failUnlessLossy({ path, start, lossyFrom }: Segment, position: number, what: string | null): void {
  if (lossyFrom !== null && position >= lossyFrom) return;
  throw new JournalCorruptError(path, position - start, what ?? 'the record is cut off');
}

function decodeChunk(bytes: Buffer, position: number): Chunk {
  const records: RawRecord[] = [];
  let usedBytes = 0;
  while (usedBytes < bytes.length) {
    const decoded = decodeRecord(bytes, usedBytes, position + usedBytes);
    if (decoded.type === 'bad') return { records, usedBytes, bad: decoded.what, neededBytes: 0 };
    if (decoded.type === 'short') return { records, usedBytes, bad: null, neededBytes: decoded.bytes };
    records.push(decoded.record);
    usedBytes = decoded.record.end - position;
  }
  return { records, usedBytes, bad: null, neededBytes: 0 };
}

function toSealedAt(first: RawRecord | undefined): number | null {
  if (first?.kind !== KIND_NOTE || first.payload.length !== 8) return null;
  return Number(Buffer.from(first.payload).readBigUInt64LE(0));
}

function readAt(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const count = readSync(fd, bytes, read, length - read, offset + read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}

/** A fresh buffer each time: records are views into it, and the reader may keep them. */
async function readChunk(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(bytes, read, length - read, offset + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}

/** The offset behind the last byte that is not zero. */
function endOfWritten(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end;
}
