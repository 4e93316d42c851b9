import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from '#platform/journal/port.ts';

/** What the oracle of the ledger's crash test must see. */
export type BrokenPromise = 'answers too early' | 'drops a record' | 'forgets intents' | 'settles twice' | '';

const KIND_INTENT = 2;
const KIND_RECEIPT = 3;
/** Long enough that calls end within it: now and then most of the load's workers pause for a while. */
const EARLY_MS = 200;
const DROPPED_EVERY = 10;

/** A journal that breaks one promise. */
export function breakJournal(journal: Journal, broken: BrokenPromise): Journal {
  let receipts = 0;
  return {
    get end() {
      return journal.end;
    },
    get bytes() {
      return journal.bytes;
    },
    bytesMax: journal.bytesMax,
    tornBytes: journal.tornBytes,
    write: (kind, payload) => journal.write(kind, payload),
    async append(kind, payload) {
      const place = { position: journal.end, end: journal.end };
      if (kind === KIND_RECEIPT) receipts += 1;
      if (kind === KIND_RECEIPT && broken === 'drops a record' && receipts % DROPPED_EVERY === 0) return place;
      if (kind !== KIND_RECEIPT || broken !== 'answers too early') return journal.append(kind, payload);
      void sleep(EARLY_MS).then(() => journal.append(kind, payload));
      return place;
    },
    async *read(position) {
      for await (const record of journal.read(position)) {
        if (record.kind !== KIND_INTENT || broken !== 'forgets intents') yield record;
      }
    },
    prune: (position) => journal.prune(position),
    check: () => journal.check(),
    close: () => journal.close(),
  };
}
