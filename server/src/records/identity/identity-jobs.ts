/** Removes sessions, links and counts of wrong passwords that open or lock nothing any more. */
import type { Clock, Job } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import type { Log } from '#platform/telemetry/port.ts';
import { IDLE_MS } from './console-session.ts';
import { deleteEnded } from './session-store.ts';
import { QUIET_MS } from './sign-in.ts';

const SWEEP_MS = 10 * 60_000;

export function createSessionSweep({ database, clock, log }: { database: Database; clock: Clock; log: Log }): Job {
  let cancel = (): void => {};
  let running: Promise<void> = Promise.resolve();
  const sweep = async (): Promise<void> => {
    const nowMs = clock.now();
    const before = { nowMs, idleSinceMs: nowMs - IDLE_MS, quietSinceMs: nowMs - QUIET_MS };
    try {
      const count = await database.asRole('operator', (tx) => deleteEnded(tx, before));
      if (count > 0) log.debug({ count }, 'Deleted ended sessions and links.');
    } catch (error) {
      log.warn({ error }, 'Ended sessions and links were not deleted; the next sweep tries again.');
    }
  };
  const schedule = (): void => {
    cancel = clock.after(SWEEP_MS, () => {
      running = sweep();
      schedule();
    });
  };
  return {
    name: 'session-sweep',
    start: schedule,
    async stop() {
      cancel();
      await running;
    },
  };
}
