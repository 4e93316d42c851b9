/** The door of accounting: prices, bounds and usage. */
export { boundTokens, estimateInputTokens, estimateTextTokens } from './estimate-tokens.ts';
export { createAccountingPlugin } from './plugin.ts';
export type { ListedProvider, PriceBook } from './price-book.ts';
export { createPriceBook } from './price-book.ts';
export type { Price } from './price-usage.ts';
export { priceBound, priceUsage } from './price-usage.ts';
export type { PriceEntry } from './prices-config.ts';
export { parsePrices } from './prices-config.ts';
