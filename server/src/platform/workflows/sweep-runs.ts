/** Forgets runs that ended long ago; dead letters stay until somebody looks at them. */
import type { Clock } from '#kernel';
import type { Database } from '../database/port.ts';
import { deleteEnded } from './run-store.ts';
import { deleteJournals } from './step-store.ts';

const KEEP_MS = 30 * 24 * 3_600_000;
const EVERY_MS = 3_600_000;
const AT_ONCE = 500;

/** `sweep` does something once an hour, and goes on at the next call while there is more. */
export function createSweeper({ database, clock }: { database: Database; clock: Clock }): { sweep(): Promise<void> } {
  let nextMs = 0;
  return {
    async sweep() {
      if (clock.monotonicMs() < nextMs) return;
      const gone = await database.asRole('operator', async (tx) => {
        const ids = await deleteEnded(tx, clock.now() - KEEP_MS, AT_ONCE);
        await deleteJournals(tx, ids);
        return ids.length;
      });
      if (gone < AT_ONCE) nextMs = clock.monotonicMs() + EVERY_MS;
    },
  };
}
