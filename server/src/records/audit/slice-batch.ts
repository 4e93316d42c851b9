/**
 * A statement keeps the embedded database's thread on a core until it is answered, and the kernel finishes a sync of the
 * journal on whichever core began it: behind a statement of ten milliseconds calls wait as long. So a batch is stored in
 * several statements, of about one millisecond each, or in eight where it is large: each costs a little by itself.
 */
const RECEIPTS_MIN = 16;
const STATEMENTS_MAX = 8;

/** The batch in order, cut into what one statement stores. */
export function sliceBatch<T>(batch: readonly T[]): T[][] {
  const count = Math.max(RECEIPTS_MIN, Math.ceil(batch.length / STATEMENTS_MAX));
  return Array.from({ length: Math.ceil(batch.length / count) }, (_, at) => batch.slice(at * count, (at + 1) * count));
}
