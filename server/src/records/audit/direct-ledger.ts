/** The ledger of a gateway on PostgreSQL: receipts are committed there in groups; the journal takes them while it is away. */
import { AppError, type Clock } from '#kernel';
import { createDirectLane, type DirectLane } from './direct-lane.ts';
import { KIND_SETTLED, encodeSettled } from './journal-records.ts';
import type { Ledger } from './ledger.ts';
import { createLedgerCore, type LedgerCore } from './ledger-core.ts';
import type { LedgerOptions, OpenLedger } from './open-ledger.ts';
import { createAuditPlugin } from './plugin.ts';
import type { SealedReceipt } from './receipt-chain.ts';
import { createReceiptPump, type ReceiptPump } from './receipt-pump.ts';
import { insertReceipts } from './receipt-store.ts';

/** A server that has gone silent is away: the receipts are safe in the journal long before its connection breaks. */
const ANSWER_TIMEOUT_MS = 3000;

export function openDirectLedger(options: LedgerOptions): OpenLedger {
  const relaxed = options.durability === 'relaxed';
  const core = createLedgerCore(options, { durable: !relaxed, onFed: () => drain.wake() });
  const { lane, drain } = createWays(options, core, !relaxed);

  const ledger: Ledger = {
    openIntent: core.openIntent,
    async commit(draft, tags) {
      const receipt = core.seal(draft, tags);
      const committing = lane.commit(receipt);
      // A refused receipt stays in line; the health check says so and the next intents are refused.
      if (relaxed) committing.catch(() => undefined);
      else await committing;
      return { hash: receipt.hash };
    },
    async settled() {
      await lane.settled();
      await core.spool.idle();
      await drain.flush();
    },
  };
  return {
    ledger,
    plugin: createAuditPlugin(options, core, ledger, drain),
    recover: () => core.recover(ledger, (_, inTable) => Promise.resolve(inTable)),
    async close() {
      await lane.settled();
      await core.spool.close();
      await drain.stop();
    },
  };
}

/** The two ways to PostgreSQL: straight, and through the journal while it is away. */
function createWays(options: LedgerOptions, core: LedgerCore, sync: boolean): { lane: DirectLane; drain: ReceiptPump } {
  const { database, journal, clock, log } = options;
  const store = (receipts: readonly SealedReceipt[]): Promise<void> =>
    answerInTime(
      clock,
      database.asRole('ledger', (tx) => insertReceipts(tx, receipts), { sync }),
    );

  /** Spares the next start a question; PostgreSQL knows the same, so a refused note is no loss. */
  const noteSettled = (receipts: readonly SealedReceipt[]): void => {
    journal
      .write(KIND_SETTLED, encodeSettled(receipts.map(({ id }) => id)))
      .catch((error: unknown) => log.warn({ error: String(error) }, 'the journal refused a note'));
  };

  const drain = createReceiptPump({
    name: 'receipt-drain',
    feed: core.feed,
    clock,
    log,
    store: (batch) => store(batch.map(({ receipt }) => receipt)),
    onStored: () => lane.resume(),
  });
  const lane = createDirectLane({
    log,
    store,
    onStored(receipts) {
      for (const receipt of receipts) core.noteKept(receipt);
      noteSettled(receipts);
      return core.upkeep.tidy(journal.end, () => Promise.resolve());
    },
    spool: {
      keep: (receipt) => core.spool.keep(receipt),
      idle: () => core.spool.idle(),
      drain: () => drain.flush(),
      isEmpty: () => core.spool.pending === 0 && core.feed.pending === 0,
    },
  });
  return { lane, drain };
}

/** Whether PostgreSQL did it all the same is unknown then. */
async function answerInTime(clock: Clock, answer: Promise<unknown>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(ANSWER_TIMEOUT_MS, () =>
    reject(new AppError('database_unavailable', { detail: `no answer within ${ANSWER_TIMEOUT_MS} ms` })),
  );
  try {
    await Promise.race([answer, promise]);
  } finally {
    cancel();
  }
}
