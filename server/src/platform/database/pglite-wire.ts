/** What passes between the main thread and the database thread, beside the bytes of PostgreSQL's own protocol. */

/** Given to the thread when it starts. */
export interface WorkerInput {
  /** The data folder of the engine; must not be open anywhere else. */
  folder: string;
  /** Counts the syncs that the disk has confirmed, for tests and figures. */
  syncs: SharedArrayBuffer;
  /** Whether fsync reaches the disk. */
  syncing: boolean;
}

/** To the thread: protocol bytes of the client, or the wish to close. */
export type ToWorker = Uint8Array<ArrayBuffer> | 'close';
/** From the thread: it is open, or protocol bytes of the server; one answer for each message. */
export type FromWorker = 'open' | Uint8Array<ArrayBuffer>;

/** One piece in memory of its own, so that it can be handed over instead of copied. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
