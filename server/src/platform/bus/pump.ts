/** Work that is woken: it runs until nothing is left, then waits for the next call, a due time, or the slow sweep. */
import type { Clock } from '#kernel';

export interface Pump {
  /** Runs the work soon; while it runs, once more afterwards. */
  wake(): void;
  start(): void;
  /** Resolves when the running turn has ended. */
  stop(): Promise<void>;
}

interface PumpInputs {
  clock: Clock;
  /** One turn. Answers after how many ms the next one is due (0: now); `null` leaves it to the next call. */
  turn(): Promise<number | null>;
  /** Hears of a turn that failed; it is tried again after a pause that grows. */
  onFault(error: unknown): void;
  /** In case a call was lost. */
  sweepMs: number;
}

const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 10_000;

export function createPump({ clock, turn, onFault, sweepMs }: PumpInputs): Pump {
  let state: 'stopped' | 'idle' | 'running' = 'stopped';
  let called = false;
  let cancelTimer = (): void => {};
  let running: Promise<void> = Promise.resolve();
  let pauseMs = FIRST_PAUSE_MS;

  function wake(): void {
    called = true;
    if (state !== 'idle') return;
    state = 'running';
    cancelTimer();
    running = runUntilIdle();
  }

  async function runUntilIdle(): Promise<void> {
    let dueMs: number | null = 0;
    while (state === 'running' && (called || dueMs === 0)) {
      called = false;
      dueMs = await takeTurn();
    }
    if (state !== 'running') return;
    state = 'idle';
    cancelTimer = clock.after(Math.min(dueMs ?? sweepMs, sweepMs), wake);
    // A call between the last turn and here must not be lost.
    if (called) wake();
  }

  async function takeTurn(): Promise<number | null> {
    try {
      const dueMs = await turn();
      pauseMs = FIRST_PAUSE_MS;
      return dueMs;
    } catch (error) {
      onFault(error);
      called = false;
      const delayMs = pauseMs;
      pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
      return delayMs;
    }
  }

  return {
    wake,
    start() {
      state = 'idle';
      wake();
    },
    async stop() {
      state = 'stopped';
      cancelTimer();
      await running;
    },
  };
}
