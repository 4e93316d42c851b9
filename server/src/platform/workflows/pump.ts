/** Runs a turn of work when woken and when something is due, never twice at a time. */
import type { Clock } from '#kernel';
import type { Log } from '../telemetry/port.ts';

export interface Pump {
  wake(): void;
  /** Why the last turn failed; `null` where it did not. */
  failure(): string | null;
  /** Ends it and waits for the turn under way. */
  stop(): Promise<void>;
}

/** However wrong a clock or lost a notice: nothing that is due waits longer than this. */
const IDLE_MS = 30_000;
/** After a failure; and while something is due that nobody could take, since the notice of room may get lost. */
const RETRY_MS = 1_000;

/** `turn` answers when the next one is due, ms since the epoch. */
export function createPump({ clock, log }: { clock: Clock; log: Log }, turn: () => Promise<number>): Pump {
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  let failed: string | null = null;
  let cancelTimer = (): void => {};

  /** Answers how long to wait. */
  async function runTurn(): Promise<number> {
    try {
      const dueInMs = (await turn()) - clock.now();
      failed = null;
      return dueInMs <= 0 ? RETRY_MS : Math.min(dueInMs, IDLE_MS);
    } catch (error) {
      if (failed === null) log.warn({ error }, 'workflows cannot be worked on; tried again each second');
      failed = error instanceof Error ? error.message : String(error);
      return RETRY_MS;
    }
  }

  async function run(): Promise<void> {
    let waitMs = RETRY_MS;
    while (again && !stopped) {
      again = false;
      waitMs = await runTurn();
    }
    running = null;
    if (!stopped) cancelTimer = clock.after(waitMs, wake);
  }

  function wake(): void {
    if (stopped) return;
    again = true;
    cancelTimer();
    running ??= run();
  }

  return {
    wake,
    failure: () => failed,
    async stop() {
      stopped = true;
      cancelTimer();
      await running;
    },
  };
}
