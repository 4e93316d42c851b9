/**
 * A breaker for one provider: after repeated connect errors, 5xx and time-outs it refuses for a while, then lets
 * one probe through. Pure state over a clock.
 */
import type { Clock } from '#kernel';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface Breaker {
  state(): BreakerState;
  /** Whether a call may go now; in `half-open` the first asker takes the probe. */
  tryPass(): boolean;
  succeeded(): void;
  failed(): void;
  /** The call ended without saying anything about the provider (aborted, 4xx): frees a probe. */
  abandoned(): void;
}

const CONSECUTIVE_FAILURES_MAX = 5;
const WINDOW_MS = 10_000;
const WINDOW_CALLS_MIN = 20;
const WINDOW_FAILURE_SHARE = 0.5;
const OPEN_MS = 5_000;
const OPEN_MS_MAX = 60_000;

export function createBreaker(clock: Clock, onChange: (open: boolean) => void): Breaker {
  let opened = false;
  let probing = false;
  let openUntilMs = 0;
  let openMs = OPEN_MS;
  let consecutive = 0;
  let window = { startMs: clock.monotonicMs(), calls: 0, failures: 0 };

  const state = (): BreakerState => {
    if (!opened) return 'closed';
    return clock.monotonicMs() < openUntilMs ? 'open' : 'half-open';
  };
  const open = (forMs: number): void => {
    openMs = Math.min(forMs, OPEN_MS_MAX);
    openUntilMs = clock.monotonicMs() + openMs;
    probing = false;
    if (!opened) onChange(true);
    opened = true;
  };
  const count = (failed: boolean): void => {
    const nowMs = clock.monotonicMs();
    if (nowMs - window.startMs >= WINDOW_MS) window = { startMs: nowMs, calls: 0, failures: 0 };
    window.calls += 1;
    if (failed) window.failures += 1;
  };
  const isTooBad = (): boolean =>
    consecutive >= CONSECUTIVE_FAILURES_MAX ||
    (window.calls >= WINDOW_CALLS_MIN && window.failures >= window.calls * WINDOW_FAILURE_SHARE);

  return {
    state,
    tryPass() {
      const now = state();
      if (now === 'closed') return true;
      if (now === 'open' || probing) return false;
      probing = true;
      return true;
    },
    succeeded() {
      consecutive = 0;
      if (opened) {
        opened = false;
        probing = false;
        openMs = OPEN_MS;
        window = { startMs: clock.monotonicMs(), calls: 0, failures: 0 };
        onChange(false);
      }
      count(false);
    },
    failed() {
      consecutive += 1;
      count(true);
      if (state() === 'half-open') open(openMs * 2);
      else if (!opened && isTooBad()) open(OPEN_MS);
    },
    abandoned() {
      probing = false;
    },
  };
}
