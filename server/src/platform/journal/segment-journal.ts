import { JournalFullError, JournalWriteError } from './journal-errors.ts';
import type { Journal, JournalRecord } from './port.ts';
import { readSegment } from './read-segment.ts';
import { HEADER_BYTES, KIND_NOTE, PAYLOAD_BYTES_MAX, encodeRecord } from './record-format.ts';
import { recoverSegments } from './recover-segments.ts';
import { type SegmentFiles, segmentFiles } from './segment-files.ts';
import { SegmentWriter } from './segment-writer.ts';

export interface SegmentJournalOptions {
  folder: string;
  /** A segment that has reached this size is followed by a new one. */
  segmentBytes?: number;
  /** Bound on the bytes kept. */
  bytesMax?: number;
  /** Told after each sync how many seconds it took. */
  onSynced?: (seconds: number) => void;
  files?: SegmentFiles;
}

const MIB = 1024 * 1024;
const GROUP_BYTES_MAX = 4 * MIB;
/** Under load syncs start at least so far apart: a sync costs the same for one as for many. */
const GATHER_MS = 1;
/** Load is where the sync before served so many; fewer that happen to meet do not wait for company. */
const LOAD_SERVED = 4;
/** A UTF-16 code unit takes at most so many bytes of UTF-8. */
const BYTES_PER_UNIT_MAX = 3;

/** Opens the journal in `folder` (made where it is absent). Throws `JournalCorruptError` on damage. */
export function openJournal(options: SegmentJournalOptions): Journal {
  return new SegmentJournal(options);
}

interface Place {
  position: number;
  end: number;
}

interface Waiting {
  kind: number;
  payload: Uint8Array | string;
  durable: boolean;
  place: Place;
  resolve(place: Place): void;
  reject(error: Error): void;
}

/**
 * All records of one turn of the event loop leave in one write; one `fdatasync` then serves every append that waits, and
 * the next group gathers while it runs, and under load for a moment longer. Writing is synchronous (it only copies into
 * the page cache), syncing is not.
 */
class SegmentJournal implements Journal {
  readonly tornBytes: number;
  readonly bytesMax: number;
  readonly #writer: SegmentWriter;
  readonly #onSynced: (seconds: number) => void;
  #buffer = Buffer.allocUnsafe(256 * 1024);
  #queue: Waiting[] = [];
  /** Written, in order, and waiting for a sync. */
  #unsynced: Waiting[] = [];
  #syncing = false;
  #syncStartedMs = -GATHER_MS;
  #syncServed = 0;
  #gathering = false;
  /** Set from a refusal until all who waited have heard of it. */
  #refusal: Error | null = null;
  /** What is wrong, until the next success. */
  #fault: string | null = null;
  #closed = false;
  #idleWaiters: (() => void)[] = [];

  constructor(options: SegmentJournalOptions) {
    const { segments, tornBytes } = recoverSegments(options.folder);
    this.tornBytes = tornBytes;
    this.bytesMax = options.bytesMax ?? 4096 * MIB;
    this.#onSynced = options.onSynced ?? (() => {});
    const segmentBytes = options.segmentBytes ?? 64 * MIB;
    this.#writer = new SegmentWriter(options.folder, segmentBytes, options.files ?? segmentFiles, segments);
  }

  get end(): number {
    return this.#writer.end;
  }

  get bytes(): number {
    return this.#writer.bytes;
  }

  write(kind: number, payload: Uint8Array | string): Promise<Place> {
    return this.#enqueue(kind, payload, false);
  }

  append(kind: number, payload: Uint8Array | string): Promise<Place> {
    return this.#enqueue(kind, payload, true);
  }

  async *read(position = 0): AsyncGenerator<JournalRecord> {
    const segments = this.#writer.segments.map((segment) => ({ ...segment }));
    for (const segment of segments) {
      if (segment.end <= position) continue;
      for await (const record of readSegment(segment, Math.max(position, segment.start))) {
        const { kind, payload, end } = record;
        if (kind !== KIND_NOTE) yield { kind, payload, position: record.position, end };
      }
    }
  }

  prune(position: number): Promise<void> {
    return this.#writer.prune(position);
  }

  check(): Promise<string | null> {
    return Promise.resolve(this.#fault);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#isBusy()) await new Promise<void>((done) => this.#idleWaiters.push(done));
    this.#writer.close(this.#fault === null);
  }

  #enqueue(kind: number, payload: Uint8Array | string, durable: boolean): Promise<Place> {
    return new Promise((resolve, reject) => {
      if (this.#refusal !== null) reject(this.#refusal);
      else if (this.#closed) reject(new JournalWriteError('the journal is closed'));
      else if (payload.length > PAYLOAD_BYTES_MAX / BYTES_PER_UNIT_MAX) {
        reject(new JournalWriteError('the record is too large'));
      } else {
        this.#queue.push({ kind, payload, durable, place: { position: 0, end: 0 }, resolve, reject });
        if (this.#queue.length === 1) setImmediate(() => this.#flush());
      }
    });
  }

  #flush(): void {
    try {
      while (this.#queue.length > 0) this.#flushGroup();
    } catch (error) {
      if (this.#writer.isOpen) this.#refuse(this.#queue.splice(0), error);
      else this.#refuse([...this.#unsynced.splice(0), ...this.#queue.splice(0)], error);
    }
    if (!this.#syncing) this.#startSync();
    this.#noteIdle();
  }

  /** Throws where the group is refused: then it is still in the queue and not in the file. */
  #flushGroup(): void {
    this.#writer.open();
    const { count, bytes } = this.#encodeGroup();
    if (this.bytes + bytes.length > this.bytesMax) throw new JournalFullError(this.bytesMax);
    this.#writer.write(bytes);
    this.#fault = null;
    for (const waiting of this.#queue.splice(0, count)) {
      if (waiting.durable) this.#unsynced.push(waiting);
      else waiting.resolve(waiting.place);
    }
  }

  /** Encodes as many of the waiting records as make one group. */
  #encodeGroup(): { count: number; bytes: Buffer } {
    const { end, syncedEnd } = this.#writer;
    let used = 0;
    let count = 0;
    for (const waiting of this.#queue) {
      const { kind, payload } = waiting;
      const bytesMax = HEADER_BYTES + payload.length * BYTES_PER_UNIT_MAX;
      if (count > 0 && used + bytesMax > GROUP_BYTES_MAX) break;
      if (used + bytesMax > this.#buffer.length) this.#growBuffer(used, used + bytesMax);
      const position = end + used;
      used = encodeRecord(this.#buffer, used, { kind, payload, position, syncedEnd });
      waiting.place = { position, end: end + used };
      count += 1;
    }
    return { count, bytes: this.#buffer.subarray(0, used) };
  }

  #growBuffer(used: number, needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, used);
    this.#buffer = larger;
  }

  #startSync(): void {
    if (this.#writer.isFull) this.#roll();
    if (this.#unsynced.length === 0 || this.#gathering) return;
    const startedMs = performance.now();
    if (this.#syncServed >= LOAD_SERVED && startedMs - this.#syncStartedMs < GATHER_MS) return this.#gather();
    this.#syncing = true;
    this.#syncStartedMs = startedMs;
    this.#writer.sync((error) => {
      this.#syncing = false;
      if (error === null) {
        this.#onSynced((performance.now() - startedMs) / 1000);
        this.#resolveSynced();
      } else this.#failSync(error);
      this.#startSync();
      this.#noteIdle();
    });
  }

  #gather(): void {
    this.#gathering = true;
    setTimeout(() => {
      this.#gathering = false;
      if (!this.#syncing) this.#startSync();
      this.#noteIdle();
    }, GATHER_MS);
  }

  /** No sync is in flight. What still waits for one is served first, so that a finished segment is whole on disk. */
  #roll(): void {
    try {
      this.#writer.syncNow();
    } catch (error) {
      this.#failSync(error);
      return;
    }
    this.#resolveSynced();
    try {
      this.#writer.roll();
    } catch (error) {
      // The segment at hand grows on; the next turn tries again.
      this.#fault = toJournalError(error).message;
    }
  }

  #resolveSynced(): void {
    const { syncedEnd } = this.#writer;
    const still = this.#unsynced.findIndex((waiting) => waiting.place.end > syncedEnd);
    const done = this.#unsynced.splice(0, still === -1 ? this.#unsynced.length : still);
    this.#syncServed = done.length;
    for (const waiting of done) waiting.resolve(waiting.place);
  }

  /** After a failed sync nothing tells which of the unsynced bytes are on disk: all who wait are refused. */
  #failSync(error: unknown): void {
    this.#writer.abandon();
    this.#refuse([...this.#unsynced.splice(0), ...this.#queue.splice(0)], error);
  }

  #refuse(refused: readonly Waiting[], error: unknown): void {
    const refusal = toJournalError(error);
    this.#fault = refusal.message;
    this.#refusal = refusal;
    setImmediate(() => {
      this.#refusal = null;
    });
    for (const waiting of refused) waiting.reject(refusal);
  }

  #isBusy(): boolean {
    return this.#queue.length > 0 || this.#syncing || this.#gathering;
  }

  #noteIdle(): void {
    if (this.#isBusy()) return;
    for (const done of this.#idleWaiters.splice(0)) done();
  }
}

function toJournalError(error: unknown): Error {
  if (error instanceof JournalFullError || error instanceof JournalWriteError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new JournalWriteError(`the disk refused a journal record: ${reason}`, { cause: error });
}
