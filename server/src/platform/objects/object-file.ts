/**
 * One version of an object as a file: the bytes, then what is known of them as JSON, then that JSON's length (4 bytes) and
 * eight letters that say the file is whole. Written beside its place, synced, and only then linked into it.
 */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';

export interface ObjectNote {
  key: string;
  sizeBytes: number;
  sha256: string;
  mediaType: string;
  modifiedAt: string;
  /** Marks where the object was deleted; there are no bytes. */
  deleted?: true;
}

const MARK = 'reeveobj';
const LENGTH_BYTES = 4;
const TAIL_BYTES = LENGTH_BYTES + MARK.length;
const NOTE_BYTES_MAX = 64 * 1024;
const READ_BYTES = 256 * 1024;

/** Writes bytes and note to a new file and syncs it. Answers size and hash of the bytes. */
export async function writeObjectFile(
  path: string,
  body: AsyncIterable<Uint8Array>,
  note: Pick<ObjectNote, 'key' | 'mediaType' | 'modifiedAt' | 'deleted'>,
): Promise<ObjectNote> {
  const file = await open(path, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of body) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      await writeAll(file, chunk);
    }
    const whole: ObjectNote = { ...note, sizeBytes, sha256: hash.digest('hex') };
    await writeAll(file, encodeTail(whole));
    await file.sync();
    return whole;
  } finally {
    await file.close();
  }
}

/** The note of a version. Throws where the file is not whole. */
export async function readNote(file: FileHandle): Promise<ObjectNote> {
  const { size } = await file.stat();
  const tail = await readAt(file, Math.max(0, size - TAIL_BYTES), TAIL_BYTES);
  const length = tail.length === TAIL_BYTES ? tail.readUInt32BE(0) : 0;
  if (tail.toString('latin1', LENGTH_BYTES) !== MARK || length > NOTE_BYTES_MAX || length + TAIL_BYTES > size) {
    throw new Error('the file is no whole object');
  }
  const text = (await readAt(file, size - TAIL_BYTES - length, length)).toString('utf8');
  const note = JSON.parse(text) as ObjectNote;
  if (note.sizeBytes !== size - TAIL_BYTES - length) throw new Error('the file is no whole object');
  return note;
}

/** Bytes `start` to `end` (not included) of the file, in pieces. It is open only while somebody reads. */
export async function* readBody(path: string, start: number, end: number): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    for (let at = start; at < end;) {
      const chunk = await readAt(file, at, Math.min(READ_BYTES, end - at));
      if (chunk.length === 0) throw new Error(`${path} ends early`);
      at += chunk.length;
      yield chunk;
    }
  } finally {
    await file.close();
  }
}

function encodeTail(note: ObjectNote): Buffer {
  const text = Buffer.from(JSON.stringify(note));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.length);
  return Buffer.concat([text, length, Buffer.from(MARK)]);
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += (await file.write(bytes, written, bytes.length - written)).bytesWritten;
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
