/** The door of accounting: prices, bounds and usage. */
export { boundTokens, estimateInputTokens, estimateTextTokens } from './estimate-tokens.ts';
export { createAccountingPlugin } from './plugin.ts';
export type { ListedProvider, Price, PriceBook } from './price-book.ts';
export { createPriceBook, priceUsage } from './price-book.ts';
export type { PriceEntry } from './prices-config.ts';
export { parsePrices } from './prices-config.ts';
