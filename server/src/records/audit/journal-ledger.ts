/** The ledger of one program with its embedded database: the journal is the record, the table `receipt` follows it. */
import { inPortions, must } from '#kernel';
import type { Tx } from '#platform/database/port.ts';
import { createBackgroundSync } from './background-sync.ts';
import { KIND_HEAD, encodeHead } from './journal-records.ts';
import type { Ledger } from './ledger.ts';
import { createLedgerCore, type LedgerCore } from './ledger-core.ts';
import type { LedgerOptions, OpenLedger } from './open-ledger.ts';
import { createAuditPlugin } from './plugin.ts';
import type { FedReceipt } from './receipt-feed.ts';
import { createReceiptPump, type ReceiptPump } from './receipt-pump.ts';
import { readCursors, saveCursors } from './cursor-store.ts';
import type { SealedReceipt } from './receipt-chain.ts';
import { insertReceipts } from './receipt-store.ts';

const PROJECTION = 'journal';
/**
 * A batch goes in so many statements: the embedded engine seldom rests within the first steps of one, and calls wait for
 * a core then. Each has a price for both threads, so that none is smaller than pays.
 */
const STATEMENTS = 4;
const STATEMENT_RECEIPTS_MIN = 128;

export function openEmbeddedLedger(options: LedgerOptions): OpenLedger {
  const { database, journal } = options;
  const relaxed = options.durability === 'relaxed';
  const core = createLedgerCore(options, { durable: !relaxed, onFed: () => projector.wake() });
  const projector = createReceiptProjector(options, core);
  const background = createBackgroundSync({
    ...options,
    sync: () => journal.append(KIND_HEAD, encodeHead(core.head())),
  });

  const ledger: Ledger = {
    openIntent: core.openIntent,
    async commit(draft, tags) {
      const receipt = core.seal(draft, tags);
      const keeping = core.spool.keep(receipt);
      if (relaxed) {
        // Waiting for the write, not for the disk, lets all answers of a turn leave together: each alone would wake its
        // reader alone. A refused receipt stays in line; the health check says so and the next intents are refused.
        await keeping.catch(() => undefined);
        background.schedule();
      } else await keeping;
      return { hash: receipt.hash };
    },
    async settled() {
      await core.spool.idle();
      await projector.flush();
    },
  };
  return {
    ledger,
    plugin: createAuditPlugin(options, core, ledger, projector),
    recover: () =>
      core.recover(ledger, ({ writerId }) =>
        database.asRole('projector', async (tx) => Number((await readCursors(tx, PROJECTION)).get(writerId) ?? 0n)),
      ),
    async close() {
      await core.spool.close();
      await background.stop();
      await projector.stop();
    },
  };
}

async function insertInPortions(tx: Tx, receipts: readonly SealedReceipt[]): Promise<number> {
  let stored = 0;
  const size = Math.max(STATEMENT_RECEIPTS_MIN, Math.ceil(receipts.length / STATEMENTS));
  for (const portion of inPortions(receipts, size)) stored += await insertReceipts(tx, portion);
  return stored;
}

/** Takes receipts from the journal into the table, rows and cursor in one transaction: each exactly once. */
function createReceiptProjector({ database, clock, log }: LedgerOptions, core: LedgerCore): ReceiptPump {
  const store = (batch: readonly FedReceipt[]): Promise<void> => {
    const receipts = batch.map(({ receipt }) => receipt);
    const { seq } = must(receipts.at(-1), 'a batch holds receipts');
    return database.asRole(
      'projector',
      async (tx) => {
        const stored = await insertInPortions(tx, receipts);
        // The cursor lets each through once, so an id that is there belongs to another receipt: a bug of the caller.
        if (stored < receipts.length) log.error({ lost: receipts.length - stored }, 'a receipt id was used twice');
        await saveCursors(tx, PROJECTION, new Map([[core.head().writerId, BigInt(seq)]]));
      },
      { sync: false },
    );
  };
  /** A commit that waits for the disk takes all earlier ones along. */
  const makeDurable = (seq: number): Promise<void> =>
    database.asRole('projector', (tx) => saveCursors(tx, PROJECTION, new Map([[core.head().writerId, BigInt(seq)]])), {
      sync: true,
    });

  return createReceiptPump({
    name: 'receipt-projector',
    feed: core.feed,
    clock,
    log,
    store,
    onStored: ({ end, receipt }) => core.upkeep.tidy(end, () => makeDurable(receipt.seq)),
  });
}
