/**
 * One record on disk: a header of 16 bytes, then the payload. All integers little-endian.
 *
 *     0  crc       u32  CRC-32 of bytes 4…end, started from a value made of the record's position
 *     4  length    u32  of the payload
 *     8  kind      u8   followed by the marker, three bytes
 *    12  unsynced  u32  how many bytes before this record were not known to be on disk when it was written
 *
 * The position in the checksum keeps a stale or moved record from being taken for a new one. `unsynced` tells a torn
 * tail from damage: a valid record behind a bad one proves damage exactly when it says that the bad one was synced.
 */
import { crc32 } from 'node:zlib';

export const HEADER_BYTES = 16;
export const PAYLOAD_BYTES_MAX = 16 * 1024 * 1024;
/** The journal's own notes: a clean close, or (with a payload of 8 bytes) up to where the segment before is sound. */
export const KIND_NOTE = 255;
export const NOTE_BYTES_MAX = HEADER_BYTES + 3 * 8;

const MARKER = Buffer.from([0x72, 0xe5, 0x1e]);
const MARKER_OFFSET = 9;
const MARKER_WORD = 0x1ee572;

export interface RawRecord {
  kind: number;
  payload: Uint8Array;
  position: number;
  end: number;
  /** Every byte before this logical offset was on disk when the record was written. */
  syncedEnd: number;
}

export type Decoded =
  | { type: 'record'; record: RawRecord }
  /** The bytes end inside a record that needs `bytes` in all. */
  | { type: 'short'; bytes: number }
  | { type: 'bad'; what: string };

/** Writes header and payload at `offset`, where there must be room for 3 bytes per character. Answers the offset behind. */
export function encodeRecord(
  target: Buffer,
  offset: number,
  record: { kind: number; payload: Uint8Array | string; position: number; syncedEnd: number },
): number {
  const { kind, payload, position, syncedEnd } = record;
  const start = offset + HEADER_BYTES;
  let length: number;
  if (typeof payload === 'string') length = target.write(payload, start, 'utf8');
  else {
    target.set(payload, start);
    length = payload.length;
  }
  target.writeUInt32LE(length, offset + 4);
  target.writeUInt32LE(((MARKER_WORD << 8) | kind) >>> 0, offset + 8);
  target.writeUInt32LE(Math.min(position - syncedEnd, 0xffff_ffff), offset + 12);
  const end = start + length;
  target.writeUInt32LE(crc32(target.subarray(offset + 4, end), toSeed(position)), offset);
  return end;
}

/** Reads the record at `offset`, whose logical position is `position`. The payload is a view into `bytes`. */
export function decodeRecord(bytes: Buffer, offset: number, position: number): Decoded {
  const available = bytes.length - offset;
  if (available < HEADER_BYTES) return { type: 'short', bytes: HEADER_BYTES };
  const word = bytes.readUInt32LE(offset + 8);
  const length = bytes.readUInt32LE(offset + 4);
  if (word >>> 8 !== MARKER_WORD || length > PAYLOAD_BYTES_MAX) return { type: 'bad', what: 'this is no record' };
  const size = HEADER_BYTES + length;
  if (available < size) return { type: 'short', bytes: size };
  const covered = bytes.subarray(offset + 4, offset + size);
  if (crc32(covered, toSeed(position)) !== bytes.readUInt32LE(offset)) {
    return { type: 'bad', what: 'the checksum does not match' };
  }
  const record = {
    kind: word & 0xff,
    payload: covered.subarray(HEADER_BYTES - 4),
    position,
    end: position + size,
    syncedEnd: position - bytes.readUInt32LE(offset + 12),
  };
  return { type: 'record', record };
}

/** Whether a valid record behind `from` says that the bytes at `position` (those at `from`) had been synced. */
export function findProofOfSync(bytes: Buffer, from: number, position: number): boolean {
  let found = bytes.indexOf(MARKER, from + 1 + MARKER_OFFSET);
  while (found !== -1) {
    const offset = found - MARKER_OFFSET;
    const decoded = decodeRecord(bytes, offset, position + (offset - from));
    if (decoded.type === 'record' && decoded.record.syncedEnd > position) return true;
    found = bytes.indexOf(MARKER, found + 1);
  }
  return false;
}

/** Folds the logical position into the 32 bits from which the checksum starts. */
function toSeed(position: number): number {
  return ((position % 0x1_0000_0000) ^ Math.floor(position / 0x1_0000_0000)) >>> 0;
}
