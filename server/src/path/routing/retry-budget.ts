import type { Clock } from '#kernel';
import { createSlidingCount } from './sliding-count.ts';

export interface RetryBudget {
  /** Counts a request that is about to be made for the first time. */
  noteRequest(): void;
  /** Whether one more attempt may be made; if so, it is counted. */
  takeRetry(): boolean;
}

export const RETRY_RULES = {
  /** Retries per request. */
  share: 0.1,
  /** Retries that a quiet server may make in one window. */
  floor: 10,
  windowMs: 10_000,
} as const;

/** Keeps retries at 10 % of the requests of the last 10 s, so that they never multiply a provider's load. */
export function createRetryBudget(clock: Clock): RetryBudget {
  const requests = createSlidingCount(clock, RETRY_RULES.windowMs);
  const retries = createSlidingCount(clock, RETRY_RULES.windowMs);
  return {
    noteRequest: requests.add,
    takeRetry() {
      const allowed = Math.max(RETRY_RULES.floor, requests.total() * RETRY_RULES.share);
      if (retries.total() + 1 > allowed) return false;
      retries.add();
      return true;
    },
  };
}
