/** Sees to it that the months to come have their partition of `receipt`. */
import type { Clock, Job } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import type { Log } from '#platform/telemetry/port.ts';
import { ensurePartitions } from './receipt-store.ts';

const DAY_MS = 86_400_000;
const RETRY_MS = 60_000;

/** At the start and daily. A month without partition is no harm: its receipts gather in the default one. */
export function createPartitionJob(deps: { database: Database; clock: Clock; log: Log }): Job {
  const { database, clock, log } = deps;
  let running: Promise<void> = Promise.resolve();
  let cancel: (() => void) | null = null;
  let stopped = false;

  const run = async (): Promise<void> => {
    let nextMs = DAY_MS;
    try {
      const made = await database.asRole('operator', (tx) => ensurePartitions(tx));
      if (made > 0) log.info({ made }, 'receipt partitions made');
    } catch (error) {
      nextMs = RETRY_MS;
      log.warn({ error: String(error) }, 'receipt partitions could not be made');
    }
    if (!stopped) cancel = clock.after(nextMs, start);
  };
  const start = (): void => {
    running = run();
  };

  return {
    name: 'receipt-partitions',
    start,
    async stop() {
      stopped = true;
      cancel?.();
      await running;
    },
  };
}
