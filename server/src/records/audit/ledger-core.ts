/** What both ledgers share: the chain in memory, the open intents, the way into the journal, and the start. */
import { type AppError, must } from '#kernel';
import { encodeIntent } from './journal-records.ts';
import { createJournalUpkeep, type JournalUpkeep } from './journal-upkeep.ts';
import type { Ledger, ReceiptDraft, Tags } from './ledger.ts';
import { createOpenIntents, type OpenIntents } from './open-intents.ts';
import type { LedgerOptions, Recovery } from './open-ledger.ts';
import { type ChainHead, checkFigures, type SealedReceipt, sealReceipt } from './receipt-chain.ts';
import { ReceiptFeed } from './receipt-feed.ts';
import { auditUnavailable, createReceiptSpool, type ReceiptSpool } from './receipt-spool.ts';
import { findChainHead, findCutOffCalls, readJournalState } from './recover-intents.ts';

/** Intents stop at this share of the journal's bound, so that the calls under way can still be settled. */
const INTENT_SHARE = 0.9;

export interface LedgerCore {
  readonly intents: OpenIntents;
  /** Receipts in the journal that the database has yet to get. */
  readonly feed: ReceiptFeed;
  readonly spool: ReceiptSpool;
  readonly upkeep: JournalUpkeep;
  /** The last receipt that journal or database keeps. */
  head(): ChainHead;
  /**
   * Gives a draft its number and hash, in the order of the calls. Throws `AppError('audit_unavailable')` while receipts
   * wait for the journal and no provider has worked for this one: so what waits is no more than calls that were under way.
   */
  seal(draft: ReceiptDraft, tags: Tags): SealedReceipt;
  /** Journal or database has the receipt now: closes its intent. */
  noteKept(receipt: SealedReceipt): void;
  openIntent: Ledger['openIntent'];
  /** `findStoredSeq` says up to which number the database has this writer's receipts. */
  recover(ledger: Ledger, findStoredSeq: (chain: ChainHead, inTable: number) => Promise<number>): Promise<Recovery>;
}

interface CoreHooks {
  /** False: nobody waits for the disk. */
  durable: boolean;
  /** A receipt was put into the feed. */
  onFed(): void;
}

export function createLedgerCore(options: LedgerOptions, { durable, onFed }: CoreHooks): LedgerCore {
  const { database, journal, clock, log } = options;
  let sealed: ChainHead | null = null;
  let kept: ChainHead | null = null;
  const head = (): ChainHead => must(kept, 'the ledger was recovered before it was used');

  const intents = createOpenIntents(journal);
  const feed = new ReceiptFeed(journal);
  const noteKept = (receipt: SealedReceipt): void => {
    intents.close(receipt.id);
    kept = toHead(head(), receipt);
  };
  const spool = createReceiptSpool({
    journal,
    clock,
    durable,
    onKept(receipt, place) {
      noteKept(receipt);
      feed.push(receipt, place);
      onFed();
    },
  });

  return {
    intents,
    feed,
    spool,
    upkeep: createJournalUpkeep({ journal, intents, log, head, stepBytes: options.upkeepStepBytes }),
    head,
    noteKept,
    seal(draft, tags) {
      const last = must(sealed, 'the ledger was recovered before it was used');
      if (spool.stalled > 0 && !intents.has(draft.id)) throw receiptsWait();
      const receipt = sealReceipt(last, draft, tags);
      intents.settle(receipt.id);
      sealed = toHead(last, receipt);
      return receipt;
    },
    async openIntent(assumed, tags) {
      checkFigures(assumed);
      if (spool.stalled > 0) throw receiptsWait();
      if (journal.bytes > journal.bytesMax * INTENT_SHARE) throw auditUnavailable('the journal is near its bound');
      await intents.open(assumed.id, encodeIntent(assumed, tags)).catch((error: unknown) => {
        throw auditUnavailable('the journal refused an intent', error);
      });
    },
    async recover(ledger, findStoredSeq) {
      const found = await readJournalState(journal, options.ids);
      const chain = await findChainHead(database, found.head);
      sealed = chain.head;
      kept = chain.head;
      feed.resume(await findStoredSeq(chain.head, chain.storedSeq), found.lastSeq);
      const waiting = feed.pending;
      const cutOff = await findCutOffCalls(database, found.open);
      for (const { draft, tags } of cutOff) await ledger.commit(draft, tags);
      return { assumed: cutOff.length, waiting, tornBytes: journal.tornBytes };
    },
  };
}

const receiptsWait = (): AppError => auditUnavailable('receipts wait for the journal');

function toHead({ writerId }: ChainHead, { seq, hash }: SealedReceipt): ChainHead {
  return { writerId, seq, hash };
}
