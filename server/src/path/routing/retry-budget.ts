/** Retries may add at most a tenth to the load; a small floor lets a quiet server retry at all. */

export interface RetryBudget {
  /** Each first attempt earns a tenth of a retry. */
  earn(): void;
  /** Takes one retry where the budget has it. */
  spend(): boolean;
}

const EARNED_PER_REQUEST = 0.1;
const FLOOR = 10;
const CEILING = 100;

export function createRetryBudget(): RetryBudget {
  let tokens = FLOOR;
  return {
    earn() {
      tokens = Math.min(CEILING, tokens + EARNED_PER_REQUEST);
    },
    spend() {
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
