/** How far receipts are behind: what the journal keeps, and what waits for it. */
import Type from 'typebox';
import type { LivePart } from '#kernel';
import type { Journal } from '#platform/journal/port.ts';
import type { ReceiptPump } from './receipt-pump.ts';
import type { ReceiptSpool } from './receipt-spool.ts';

interface BacklogDeps {
  journal: Pick<Journal, 'bytes' | 'bytesMax'>;
  spool: Pick<ReceiptSpool, 'pending' | 'stalled'>;
  pump: Pick<ReceiptPump, 'fault'>;
}

const BacklogSchema = Type.Object({
  journal_bytes: Type.Integer(),
  journal_bytes_max: Type.Integer(),
  /** On their way into the journal. */
  pending: Type.Integer(),
  /** Refused by the journal, which is asked again and again. */
  stalled: Type.Integer(),
  /** What keeps them from the database. */
  fault: Type.Union([Type.String(), Type.Null()]),
});

/** One journal serves all tenants, so none is shown how full it is. */
export function createBacklogPart({ journal, spool, pump }: BacklogDeps): LivePart {
  return {
    name: 'receipts',
    schema: BacklogSchema,
    read({ everything }) {
      if (!everything) return Promise.resolve(null);
      return Promise.resolve({
        journal_bytes: journal.bytes,
        journal_bytes_max: journal.bytesMax,
        pending: spool.pending,
        stalled: spool.stalled,
        fault: pump.fault,
      });
    },
  };
}
