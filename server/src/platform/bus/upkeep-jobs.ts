/** Once a day: months to come get their partitions, settled months and old settled letters leave. */
import type { Job } from '#kernel';
import type { BusParts } from './bus-parts.ts';
import { deleteSettled } from './dead-letter-store.ts';
import { keepPartitions } from './event-store.ts';

const DAY_MS = 86_400_000;
const RETRY_MS = 60_000;

export function createEventUpkeep({ database, clock, log, settings }: BusParts): Job {
  let cancel = (): void => {};
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  async function run(): Promise<void> {
    let nextMs = DAY_MS;
    try {
      await database.asRole('operator', async (tx) => {
        await keepPartitions(tx, settings.keepDays);
        await deleteSettled(tx, clock.now() - settings.keepDays * DAY_MS);
      });
    } catch (error) {
      nextMs = RETRY_MS;
      log.warn({ error }, 'the partitions of events could not be kept; trying again');
    }
    if (!stopped) cancel = clock.after(nextMs, start);
  }
  function start(): void {
    running = run();
  }

  return {
    name: 'event-upkeep',
    start,
    async stop() {
      stopped = true;
      cancel();
      await running;
    },
  };
}
