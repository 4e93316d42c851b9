import { constants, fstatSync, openSync, unlinkSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { KIND_NOTE, NOTE_BYTES_MAX, encodeRecord } from './record-format.ts';
import type { Segment } from './read-segment.ts';
import { type SegmentFiles, segmentPath, syncFolder } from './segment-files.ts';

const ZEROS = Buffer.alloc(1024 * 1024);

/**
 * The line of segments and the one being written. A segment whose sync failed is never written or synced again: the
 * kernel may have dropped its pages and would call the next sync a success.
 */
export class SegmentWriter {
  readonly #folder: string;
  readonly #segmentBytes: number;
  readonly #files: SegmentFiles;
  readonly #segments: Segment[];
  /** Of the newest segment; `null` where the next write must open a fresh one. */
  #fd: number | null = null;
  /** Bytes of the newest segment's file; behind its last record they are zeros, laid down ahead. */
  #fileBytes = 0;
  #end = 0;
  #syncedEnd = 0;
  #syncingFd: number | null = null;

  constructor(folder: string, segmentBytes: number, files: SegmentFiles, segments: Segment[]) {
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    this.#files = files;
    this.#segments = segments;
    const last = segments.at(-1);
    if (last === undefined) return;
    this.#fd = openSync(last.path, constants.O_RDWR);
    this.#end = last.end;
    this.#fileBytes = fstatSync(this.#fd).size;
    this.syncNow();
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  get end(): number {
    return this.#end;
  }

  /** Everything before this logical offset is known to be on disk, or has been given up by a seal. */
  get syncedEnd(): number {
    return this.#syncedEnd;
  }

  get bytes(): number {
    return this.#end - (this.#segments[0]?.start ?? this.#end);
  }

  get isOpen(): boolean {
    return this.#fd !== null;
  }

  get isFull(): boolean {
    return this.isOpen && this.#end - (this.#segments.at(-1)?.start ?? 0) >= this.#segmentBytes;
  }

  /** Makes sure that there is a segment to write to. Throws where none can be opened. */
  open(): void {
    if (this.#fd !== null) return;
    const last = this.#segments.at(-1);
    if (last !== undefined && last.start === this.#end) {
      unlinkSync(last.path);
      this.#segments.pop();
    }
    const sealed = this.#segments.at(-1)?.lossyFrom ?? null;
    this.#openSegment();
    if (sealed !== null) this.#seal(sealed);
  }

  /** Starts the next segment. The one before must be synced up to its end. */
  roll(): void {
    const previous = this.#fd;
    if (previous !== null) this.#trim(previous);
    this.#openSegment();
    if (previous !== null) this.#files.close(previous);
  }

  /** Hands bytes to the operating system at the end, all or nothing. */
  write(bytes: Uint8Array): void {
    const segment = this.#segments.at(-1);
    if (segment === undefined || this.#fd === null) throw new Error('no segment is open');
    const offset = this.#end - segment.start;
    this.#layZeros(this.#fd, offset, offset + bytes.length);
    try {
      this.#files.write(this.#fd, bytes, offset);
      this.#fileBytes = Math.max(this.#fileBytes, offset + bytes.length);
    } catch (error) {
      this.#cutBack(this.#fd, offset);
      throw error;
    }
    this.#end += bytes.length;
    segment.end = this.#end;
  }

  /** Syncs what is written now. One at a time, and no `roll` meanwhile. */
  sync(done: (error: Error | null) => void): void {
    const fd = this.#fd;
    if (fd === null) return done(new Error('no segment is open'));
    const upTo = this.#end;
    this.#syncingFd = fd;
    this.#files.sync(fd, (error) => {
      this.#syncingFd = null;
      if (fd !== this.#fd) this.#files.close(fd);
      else if (error === null) this.#syncedEnd = upTo;
      done(error);
    });
  }

  syncNow(): void {
    if (this.#fd === null) return;
    this.#files.syncNow(this.#fd);
    this.#syncedEnd = this.#end;
  }

  /** Never trusts the newest segment again behind what was synced; the next `open` seals it. */
  abandon(): void {
    const segment = this.#segments.at(-1);
    if (segment === undefined || this.#fd === null) return;
    segment.lossyFrom = this.#syncedEnd;
    if (this.#fd !== this.#syncingFd) this.#files.close(this.#fd);
    this.#fd = null;
  }

  /** Deletes the segments that lie wholly before `position`. */
  async prune(position: number): Promise<void> {
    const paths: string[] = [];
    for (;;) {
      const [oldest, next] = this.#segments;
      if (oldest === undefined || next === undefined || next.start > position) break;
      this.#segments.shift();
      paths.push(oldest.path);
    }
    for (const path of paths) await unlink(path);
    if (paths.length > 0) syncFolder(this.#folder);
  }

  /** Leaves a note that all before it is on disk: what is broken at the next open is then damage, not a torn tail. */
  close(sound: boolean): void {
    if (this.#fd === null) return;
    try {
      if (!sound) return;
      this.syncNow();
      this.#writeNote(Buffer.alloc(0));
      this.#trim(this.#fd);
      this.syncNow();
    } finally {
      if (this.#fd !== null) this.#files.close(this.#fd);
      this.#fd = null;
    }
  }

  #openSegment(): void {
    const path = segmentPath(this.#folder, this.#end);
    this.#fd = this.#files.create(path);
    this.#fileBytes = 0;
    this.#segments.push({ path, start: this.#end, end: this.#end, lossyFrom: null });
  }

  /** The first record of the segment that follows an abandoned one, on disk before anything else is taken. */
  #seal(lossyFrom: number): void {
    const payload = Buffer.alloc(8);
    payload.writeBigUInt64LE(BigInt(lossyFrom));
    this.#syncedEnd = this.#end;
    try {
      this.#writeNote(payload);
      this.syncNow();
    } catch (error) {
      this.#end = this.#segments.at(-1)?.start ?? this.#end;
      this.abandon();
      throw error;
    }
  }

  #writeNote(payload: Uint8Array): void {
    const bytes = Buffer.alloc(NOTE_BYTES_MAX);
    const record = { kind: KIND_NOTE, payload, position: this.#end, syncedEnd: this.#syncedEnd };
    this.write(bytes.subarray(0, encodeRecord(bytes, 0, record)));
  }

  /**
   * Lays zeros ahead of the records: a sync then changes no file size, and costs half. Where the disk has no room for
   * zeros they are taken back, and the record itself finds out whether there is room for it.
   */
  #layZeros(fd: number, from: number, to: number): void {
    if (to <= this.#fileBytes || to - from > ZEROS.length) return;
    try {
      this.#files.write(fd, ZEROS, from);
      this.#fileBytes = from + ZEROS.length;
    } catch {
      this.#cutBack(fd, from);
    }
  }

  /** Takes back the zeros behind the last record. */
  #trim(fd: number): void {
    const segment = this.#segments.at(-1);
    if (segment !== undefined) this.#files.truncate(fd, segment.end - segment.start);
  }

  /** After a write that failed half-way. Where even that fails, nobody reads behind the end, and a new segment follows. */
  #cutBack(fd: number, offset: number): void {
    try {
      this.#files.truncate(fd, offset);
      this.#fileBytes = offset;
    } catch {
      this.abandon();
    }
  }
}
