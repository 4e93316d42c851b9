/** What a start finds in the journal and the database: where the chain stands, and which calls a crash cut off. */
import { idTimestampMs, type IdSource } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import type { Journal } from '#platform/journal/port.ts';
import {
  KIND_HEAD,
  KIND_INTENT,
  KIND_RECEIPT,
  KIND_SETTLED,
  decodeHead,
  decodeIntent,
  decodeReceipt,
  decodeSettled,
  encodeHead,
  intentId,
  toText,
  type Intent,
} from './journal-records.ts';
import { GENESIS_HASH, type ChainHead, type SealedReceipt } from './receipt-chain.ts';
import { findChainEnd, findReceiptIds } from './receipt-store.ts';

export interface JournalState {
  head: ChainHead;
  /** Number of the last receipt that the journal itself has, 0 where it has none. */
  lastSeq: number;
  /** Intents without receipt: id → payload. */
  open: Map<string, string>;
}

/** Reads everything that is kept. A new journal gets its writer, named in its first record. */
export async function readJournalState(journal: Journal, ids: IdSource): Promise<JournalState> {
  const heads: ChainHead[] = [];
  const open = new Map<string, string>();
  let last: SealedReceipt | null = null;
  for await (const { kind, payload } of journal.read()) {
    if (kind === KIND_HEAD) heads.push(decodeHead(payload));
    else if (kind === KIND_SETTLED) for (const id of decodeSettled(payload)) open.delete(id);
    else if (kind === KIND_INTENT) {
      const text = toText(payload);
      open.set(intentId(text), text);
    } else if (kind === KIND_RECEIPT) {
      const receipt = decodeReceipt({ payload });
      open.delete(receipt.id);
      if (last === null || receipt.seq > last.seq) last = receipt;
    }
  }
  const head = heads.at(-1) ?? (await beginChain(journal, ids));
  if (last === null || last.seq <= head.seq) return { head, lastSeq: last?.seq ?? 0, open };
  return { head: { writerId: head.writerId, seq: last.seq, hash: last.hash }, lastSeq: last.seq, open };
}

async function beginChain(journal: Journal, ids: IdSource): Promise<ChainHead> {
  const head = { writerId: ids.next('writer'), seq: 0, hash: GENESIS_HASH };
  await journal.append(KIND_HEAD, encodeHead(head));
  return head;
}

/**
 * The database may be ahead: PostgreSQL has receipts that never were in the journal, and after a power cut the journal
 * may have lost what nobody was promised. The higher number is where the chain goes on.
 */
export async function findChainHead(
  database: Database,
  head: ChainHead,
): Promise<{ head: ChainHead; storedSeq: number }> {
  const stored = await database.asRole('operator', (tx) => findChainEnd(tx, head.writerId));
  if (stored === null) return { head, storedSeq: 0 };
  return { head: stored.seq > head.seq ? { ...head, ...stored } : head, storedSeq: stored.seq };
}

const DAY_MS = 86_400_000;

/** The intents that neither journal nor database has a receipt for. */
export async function findCutOffCalls(database: Database, open: ReadonlyMap<string, string>): Promise<Intent[]> {
  if (open.size === 0) return [];
  const ids = [...open.keys()];
  const oldestMs = ids.reduce((oldest, id) => Math.min(oldest, idTimestampMs(id)), Infinity);
  const createdFrom = new Date(oldestMs - DAY_MS).toISOString();
  const stored = await database.asRole('operator', (tx) => findReceiptIds(tx, ids, createdFrom));
  return [...open].filter(([id]) => !stored.has(id)).map(([, payload]) => decodeIntent(payload));
}
