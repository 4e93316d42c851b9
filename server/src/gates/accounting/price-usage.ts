/** What the tokens of a call cost. */
import { roundCost, scaledCost, type CostNanos } from '#kernel';
import type { Usage } from '@reeve/contracts';

/** Nano-USD per million tokens. */
export interface Rates {
  inputNanos: number;
  outputNanos: number;
  cachedInputNanos: number;
  cacheWriteNanos: number;
}

export interface Price extends Rates {
  cacheWrite1hNanos: number;
  audioInputNanos: number;
  audioOutputNanos: number;
  /** Nano-USD per million searches. */
  searchNanos: number;
  /** Rates of a whole call whose input has more tokens than `aboveTokens`. */
  longContext: (Rates & { aboveTokens: number }) | null;
  maxOutputTokens: number | null;
  /** Of the list that says so. */
  version: string;
}

/**
 * The exact cost of one call, rounded half up once to whole nano-USD. Parts of the input that have a rate of their own
 * (cached, written to a cache, audio) never count for more than there is input; likewise audio of the output.
 */
export function priceUsage(usage: Usage, price: Price): CostNanos {
  const rates = ratesOf(usage, price);
  const extra = { ...NONE, ...usage };
  const cached = Math.min(extra.cachedInputTokens, usage.inputTokens);
  const written = Math.min(extra.cacheWriteTokens, usage.inputTokens - cached);
  const written1h = Math.min(extra.cacheWrite1hTokens, usage.inputTokens - cached - written);
  const audioIn = Math.min(extra.audioInputTokens, usage.inputTokens - cached - written - written1h);
  const audioOut = Math.min(extra.audioOutputTokens, usage.outputTokens);
  return roundCost(
    scaledCost(usage.inputTokens - cached - written - written1h - audioIn, rates.inputNanos) +
      scaledCost(cached, rates.cachedInputNanos) +
      scaledCost(written, rates.cacheWriteNanos) +
      scaledCost(written1h, Math.max(price.cacheWrite1hNanos, rates.cacheWriteNanos)) +
      scaledCost(audioIn, price.audioInputNanos) +
      scaledCost(usage.outputTokens - audioOut, rates.outputNanos) +
      scaledCost(audioOut, price.audioOutputNanos) +
      scaledCost(extra.searches, price.searchNanos),
  );
}

const NONE = {
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  audioInputTokens: 0,
  audioOutputTokens: 0,
  searches: 0,
} as const;

function ratesOf({ inputTokens }: Pick<Usage, 'inputTokens'>, price: Price): Rates {
  const { longContext } = price;
  return longContext !== null && inputTokens > longContext.aboveTokens ? longContext : price;
}

/** The most that so many tokens can cost, whichever of them are audio or written to a cache. */
export function priceBound(tokens: { inputTokens: number; outputTokens: number }, price: Price): CostNanos {
  const rates = ratesOf(tokens, price);
  const inputNanos = Math.max(
    price.cacheWrite1hNanos,
    price.audioInputNanos,
    price.inputNanos,
    price.cacheWriteNanos,
    rates.inputNanos,
    rates.cacheWriteNanos,
  );
  const outputNanos = Math.max(price.audioOutputNanos, price.outputNanos, rates.outputNanos);
  return roundCost(
    scaledCost(tokens.inputTokens, inputNanos) +
      scaledCost(tokens.outputTokens, outputNanos) +
      scaledCost(price.searchNanos === 0 ? 0 : SEARCHES_MAX, price.searchNanos),
  );
}

/** Rerankers bill a search for each hundred documents; a call with more than ten thousand passes every body limit. */
const SEARCHES_MAX = 100;
