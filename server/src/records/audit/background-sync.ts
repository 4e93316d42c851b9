/** With `relaxed` durability nobody waits for the disk: it is asked soon after, at most once in a while. */
import type { Clock } from '#kernel';
import type { Log } from '#platform/telemetry/port.ts';

const DELAY_MS = 50;

export interface BackgroundSync {
  /** Something was written: sync it soon. */
  schedule(): void;
  /** Syncs what is outstanding, and no more after that. */
  stop(): Promise<void>;
}

export function createBackgroundSync(deps: { clock: Clock; log: Log; sync(): Promise<unknown> }): BackgroundSync {
  const { clock, log } = deps;
  let cancel: (() => void) | null = null;
  let running: Promise<void> = Promise.resolve();

  const sync = (): Promise<void> => {
    cancel = null;
    running = deps.sync().then(
      () => undefined,
      (error: unknown) => log.warn({ error: String(error) }, 'receipts could not be synced to the disk'),
    );
    return running;
  };

  return {
    schedule() {
      cancel ??= clock.after(DELAY_MS, () => void sync());
    },
    async stop() {
      if (cancel === null) return running;
      cancel();
      return sync();
    },
  };
}
