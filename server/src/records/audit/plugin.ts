import type { ModulePlugin } from '#kernel';
import type { Ledger } from './ledger.ts';
import type { LedgerCore } from './ledger-core.ts';
import type { LedgerOptions } from './open-ledger.ts';
import { createPartitionJob } from './partition-jobs.ts';
import type { ReceiptPump } from './receipt-pump.ts';
import { receiptRoutes } from './receipt-routes.ts';
import { createBacklogPart } from './show-backlog.ts';

/** What the room contributes: the routes, the work behind them, and what the health report says of it. */
export function createAuditPlugin(
  options: LedgerOptions,
  core: LedgerCore,
  ledger: Ledger,
  pump: ReceiptPump,
): ModulePlugin {
  const { database, journal, clock } = options;
  return {
    name: 'audit',
    routes: receiptRoutes({ database, ledger, now: () => clock.now() }),
    jobs: [pump, createPartitionJob(options)],
    health: [
      { name: 'journal', check: () => journal.check() },
      {
        name: 'receipts',
        check: () => Promise.resolve(core.spool.stalled > 0 ? 'receipts wait for the journal' : pump.fault),
      },
    ],
    live: [createBacklogPart({ journal, spool: core.spool, pump })],
  };
}
