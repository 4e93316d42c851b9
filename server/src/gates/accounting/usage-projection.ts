/** Usage as a projection of receipts: read by cursor for each writer, added up, written in one transaction. */
import { clearCursors, lockProjection, readCursors, saveCursors, summariseReceipts } from '#audit';
import type { Clock, Job, Projection } from '#kernel';
import type { Database, Tx } from '#platform/database/port.ts';
import type { Log } from '#platform/telemetry/port.ts';
import { addUsage, clearUsage } from './usage-store.ts';

const PROJECTION = 'usage';
/** Of what the sums mean; a start with a higher one rebuilds them. */
const VERSION = 1;
const INTERVAL_MS = 10_000;

export interface UsageProjection extends Job, Projection {
  /** Adds every receipt that the database holds now. */
  catchUp(): Promise<void>;
}

export function createUsageProjection(deps: { database: Database; clock: Clock; log: Log }): UsageProjection {
  const { database, clock, log } = deps;
  let running: Promise<void> = Promise.resolve();
  let cancelTimer: (() => void) | null = null;

  const project = (first: (tx: Tx) => Promise<void>): Promise<void> =>
    database.asRole('projector', async (tx) => {
      await lockProjection(tx, PROJECTION);
      await first(tx);
      const { sums, cursors } = await summariseReceipts(tx, await readCursors(tx, PROJECTION));
      await addUsage(tx, sums);
      await saveCursors(tx, PROJECTION, cursors);
    });

  const inLine = (work: () => Promise<void>): Promise<void> => {
    const next = running.then(work);
    running = next.catch(() => undefined); // The caller of `next` hears of it; the line only keeps the order.
    return next;
  };
  const catchUp = (): Promise<void> => inLine(() => project(async () => undefined));
  const startOver = async (tx: Tx): Promise<void> => {
    await clearUsage(tx);
    await clearCursors(tx, PROJECTION);
  };

  const tick = (): void => {
    catchUp()
      .catch((error: unknown) => log.warn({ error: String(error) }, 'usage is behind: the database does not answer'))
      .finally(() => {
        if (cancelTimer !== null) cancelTimer = clock.after(INTERVAL_MS, tick);
      });
  };

  return {
    name: PROJECTION,
    version: VERSION,
    catchUp,
    rebuild: () => inLine(() => project(startOver)),
    start() {
      cancelTimer = clock.after(INTERVAL_MS, tick);
    },
    async stop() {
      cancelTimer?.();
      cancelTimer = null;
      await running;
    },
  };
}
