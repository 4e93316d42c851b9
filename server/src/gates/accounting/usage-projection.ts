/** Usage as a projection of receipts: read by cursor for each writer, added up, written in one transaction. */
import { lockProjection, readCursors, saveCursors, summariseReceipts } from '#audit';
import type { Clock, Job } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import type { Log } from '#platform/telemetry/port.ts';
import { addUsage } from './usage-store.ts';

const PROJECTION = 'usage';
const INTERVAL_MS = 10_000;

export interface UsageProjection extends Job {
  /** Adds every receipt that the database holds now. */
  catchUp(): Promise<void>;
}

export function createUsageProjection(deps: { database: Database; clock: Clock; log: Log }): UsageProjection {
  const { database, clock, log } = deps;
  let running: Promise<void> = Promise.resolve();
  let cancelTimer: (() => void) | null = null;

  const project = (): Promise<void> =>
    database.asRole('projector', async (tx) => {
      await lockProjection(tx, PROJECTION);
      const { sums, cursors } = await summariseReceipts(tx, await readCursors(tx, PROJECTION));
      await addUsage(tx, sums);
      await saveCursors(tx, PROJECTION, cursors);
    });

  const catchUp = (): Promise<void> => {
    const next = running.then(project);
    running = next.catch(() => undefined); // The caller of `next` hears of it; the line only keeps the order.
    return next;
  };

  const tick = (): void => {
    catchUp()
      .catch((error: unknown) => log.warn({ error: String(error) }, 'usage is behind: the database does not answer'))
      .finally(() => {
        if (cancelTimer !== null) cancelTimer = clock.after(INTERVAL_MS, tick);
      });
  };

  return {
    name: 'usage-projection',
    catchUp,
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
