import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPriceBook } from './price-book.ts';
import { priceBound, priceUsage, type Price } from './price-usage.ts';
import { parsePrices } from './prices-config.ts';

const usage = (inputTokens: number, outputTokens: number, cachedInputTokens = 0) => ({
  inputTokens,
  outputTokens,
  cachedInputTokens,
  estimated: false,
});

const FREE: Price = {
  inputNanos: 0,
  outputNanos: 0,
  cachedInputNanos: 0,
  cacheWriteNanos: 0,
  cacheWrite1hNanos: 0,
  audioInputNanos: 0,
  audioOutputNanos: 0,
  searchNanos: 0,
  longContext: null,
  maxOutputTokens: null,
  version: 'v',
};
const acme = { name: 'acme', catalogue: null };
const openai = { name: 'openai', catalogue: 'openai' };

describe('priceUsage', () => {
  const book = createPriceBook(new Map([['acme/m', { input: 0.15, output: 0.6 }]]));
  const price = book.find(acme, 'm');

  it('prices to the nano', () => {
    expect(price && priceUsage(usage(1000, 500), price)).toBe(1000 * 150 + 500 * 600);
  });

  it('adds first and rounds once: never more than half a nano from the exact sum', () => {
    const tokens = fc.record({ input: fc.nat(1e7), output: fc.nat(1e7), cached: fc.nat(1e7) });
    const prices = fc.record({ inputNanos: fc.nat(1e12), outputNanos: fc.nat(1e12) });
    fc.assert(
      fc.property(tokens, prices, ({ input, output, cached }, { inputNanos, outputNanos }) => {
        const drawn: Price = { ...FREE, inputNanos, cachedInputNanos: inputNanos, outputNanos };
        const cost = priceUsage(usage(input, output, cached), drawn);
        const exact = BigInt(input) * BigInt(inputNanos) + BigInt(output) * BigInt(outputNanos);
        const distance = BigInt(cost) * 1_000_000n - exact;
        expect(distance > -500_000n && distance <= 500_000n).toBe(true);
      }),
    );
  });

  it('prices cached input by its own price, and never more of it than there is input', () => {
    const cheap = createPriceBook(new Map([['acme/m', { input: 1, cached_input: 0.1, output: 0 }]])).find(acme, 'm');
    expect(cheap && priceUsage(usage(1000, 0, 400), cheap)).toBe(600 * 1000 + 400 * 100);
    expect(cheap && priceUsage(usage(10, 0, 4000), cheap)).toBe(10 * 100);
  });
});

describe('parts of the usage with rates of their own', () => {
  const price: Price = {
    ...FREE,
    inputNanos: 10_000_000,
    outputNanos: 20_000_000,
    cachedInputNanos: 1_000_000,
    cacheWriteNanos: 12_000_000,
    cacheWrite1hNanos: 16_000_000,
    audioInputNanos: 30_000_000,
    audioOutputNanos: 40_000_000,
    searchNanos: 2_000_000_000_000,
  };

  it('are priced apart, and the rest at the common rates', () => {
    const used = {
      ...usage(100, 50, 10),
      cacheWriteTokens: 20,
      cacheWrite1hTokens: 30,
      audioInputTokens: 15,
      audioOutputTokens: 5,
      reasoningTokens: 40,
      searches: 1,
    };
    const input = 25 * 10 + 10 * 1 + 20 * 12 + 30 * 16 + 15 * 30;
    expect(priceUsage(used, price)).toBe(input + 45 * 20 + 5 * 40 + 2_000_000);
  });

  it('take the rates for long inputs for the whole call, from the first token above the limit', () => {
    const longContext = {
      aboveTokens: 100,
      inputNanos: 2e7,
      outputNanos: 4e7,
      cachedInputNanos: 2e6,
      cacheWriteNanos: 0,
    };
    const tiered = { ...price, longContext };
    expect(priceUsage(usage(100, 1), tiered)).toBe(100 * 10 + 20);
    expect(priceUsage(usage(101, 1, 1), tiered)).toBe(100 * 20 + 2 + 40);
  });

  it('never cost more than the bound', () => {
    const count = fc.nat(1000);
    const parts = fc.record({
      inputTokens: count,
      outputTokens: count,
      cachedInputTokens: count,
      cacheWriteTokens: count,
      cacheWrite1hTokens: count,
      audioInputTokens: count,
      audioOutputTokens: count,
    });
    const rate = fc.nat(1e10);
    const rates = fc.record({ inputNanos: rate, outputNanos: rate, cacheWriteNanos: rate });
    fc.assert(
      fc.property(parts, rates, rates, rate, (used, base, long, other) => {
        const drawn: Price = {
          ...FREE,
          ...base,
          cacheWrite1hNanos: other,
          audioInputNanos: other,
          audioOutputNanos: other,
          longContext: { ...long, cachedInputNanos: 0, aboveTokens: 500 },
        };
        expect(priceUsage({ ...used, estimated: false }, drawn)).toBeLessThanOrEqual(priceBound(used, drawn));
      }),
    );
  });
});

describe('createPriceBook', () => {
  const book = createPriceBook(new Map());

  it('knows dated names by their family and nothing by guess', () => {
    expect(book.find(openai, 'gpt-4o-mini-2024-07-18')).toEqual(book.find(openai, 'gpt-4o-mini'));
    expect(book.find(acme, 'gpt-4o-mini')).toBeNull();
  });

  it('lists a service at its own address only, keeps its facts where an override prices it, and dated names', () => {
    const own = createPriceBook(new Map([['anthropic/claude-sonnet-4-6', { input: 1, output: 2 }]]));
    const anthropic = { name: 'anthropic', catalogue: 'anthropic' };
    expect(own.find(anthropic, 'claude-sonnet-4-6')).toMatchObject({ inputNanos: 1e9, maxOutputTokens: 128_000 });
    expect(own.describe(anthropic, 'claude-sonnet-4-6')).toMatchObject({ input: 1, context_tokens: 1_000_000 });
    expect(own.describe(anthropic, 'claude-sonnet-4-6')?.cached_input).toBeUndefined();
    expect(own.find(anthropic, 'claude-sonnet-4-6-20260101')).toMatchObject({ inputNanos: 1e9 });
    expect(own.find({ name: 'vllm', catalogue: null }, 'gpt-4o')).toBeNull();
  });

  it('names overrides in its version', () => {
    const changed = createPriceBook(new Map([['openai/gpt-4o', { input: 1, output: 2 }]]));
    expect(changed.version).not.toBe(book.version);
    expect(changed.find(openai, 'gpt-4o')).toMatchObject({ inputNanos: 1e9, outputNanos: 2e9 });
  });
});

describe('parsePrices', () => {
  it('lists every fault with its path, of names and of figures at once, and leaves those entries out', () => {
    const { prices, faults } = parsePrices({
      'acme/good': { input: 1, output: 2 },
      'acme/m': { input: -1 },
      bare: { input: 1, output: 1 },
      worse: { input: 1 },
      'x/y': { input: 'free', output: 1 },
    });
    expect([...prices.keys()]).toEqual(['acme/good']);
    expect(faults).toEqual([
      { path: 'prices.acme/m.output', message: 'is required' },
      { path: 'prices.acme/m.input', message: 'must be at least 0' },
      { path: 'prices.bare', message: 'is not of the form provider/model' },
      { path: 'prices.worse.output', message: 'is required' },
      { path: 'prices.worse', message: 'is not of the form provider/model' },
      { path: 'prices.x/y.input', message: 'must be a number' },
    ]);
  });

  it('refuses a section that is no map', () => {
    expect(parsePrices([1]).faults).toEqual([{ path: 'prices', message: 'must be an object' }]);
  });
});
