/** Money is integer nano-USD (10⁻⁹ USD). Sums are `bigint`; one call's cost fits a safe integer. */

export type CostNanos = number;

export const NANOS_PER_USD = 1_000_000_000n;
const TOKENS_PER_PRICE_UNIT = 1_000_000n;
const COST_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * The exact cost of `tokens` at `nanosPerMillion` (nano-USD per million tokens), in nano-USD × 10⁶, so that
 * the parts of one call are added before they are rounded once by `roundCost`.
 */
export function scaledCost(tokens: number, nanosPerMillion: number): bigint {
  return tokens === 0 ? 0n : BigInt(tokens) * BigInt(nanosPerMillion);
}

/** Rounds a sum of `scaledCost`s half up to whole nano-USD; what passes 9 million USD for one call stays there. */
export function roundCost(scaled: bigint): CostNanos {
  const nanos = (scaled + TOKENS_PER_PRICE_UNIT / 2n) / TOKENS_PER_PRICE_UNIT;
  return Number(nanos > COST_MAX ? COST_MAX : nanos);
}

/** USD per million tokens, as people write prices, to whole nano-USD per million tokens. */
export function usdPerMillionToNanos(usd: number): number {
  return Math.round(usd * Number(NANOS_PER_USD));
}
