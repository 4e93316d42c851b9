/** Tries one step: pauses, time-outs, and no surprise at the end. */
import type { Clock } from '#kernel';
import type { StepContext, StepOptions } from './workflow-context.ts';

interface Trial {
  clock: Clock;
  /** Fires when the run is to stop: nothing is tried any more. */
  signal: AbortSignal;
  idempotencyKey: string;
  options: StepOptions;
}

const PAUSE_MS = 1_000;
const PAUSE_MS_MAX = 60_000;

/** What `work` answered, or the error of the last try. Never rejects. */
export async function trySeveralTimes<T>(
  { clock, signal, idempotencyKey, options }: Trial,
  work: (step: StepContext) => Promise<T>,
): Promise<{ output: T; error: null } | { output: null; error: unknown }> {
  const { attempts = 1, pauseMs = PAUSE_MS, timeoutMs } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const bound = bindTime(clock, signal, timeoutMs);
      try {
        const context = { idempotencyKey, attempt, signal: bound.signal };
        return { output: await Promise.race([work(context), bound.over]), error: null };
      } finally {
        bound.release();
      }
    } catch (error) {
      if (attempt >= attempts || signal.aborted) return { output: null, error };
    }
    await pause(clock, signal, Math.min(pauseMs * 2 ** (attempt - 1), PAUSE_MS_MAX));
  }
}

/** A signal that fires with the run's or after `timeoutMs`, and a promise that rejects with it. */
function bindTime(clock: Clock, stop: AbortSignal, timeoutMs: number | undefined) {
  const own = new AbortController();
  const signal = AbortSignal.any([stop, own.signal]);
  const { promise: over, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  // Nobody may be racing against it any more when it fires.
  over.catch(() => undefined);
  const timedOut = new Error(`it took longer than ${timeoutMs} ms`);
  const cancel = timeoutMs === undefined ? null : clock.after(timeoutMs, () => own.abort(timedOut));
  return {
    signal,
    over,
    release() {
      signal.removeEventListener('abort', onAbort);
      cancel?.();
    },
  };
}

function pause(clock: Clock, signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const cancel = clock.after(ms, resolve);
    signal.addEventListener('abort', () => (cancel(), resolve()), { once: true });
  });
}
