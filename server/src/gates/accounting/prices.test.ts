import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPriceBook, priceUsage } from './price-book.ts';
import { parsePrices } from './prices-config.ts';

const usage = (inputTokens: number, outputTokens: number, cachedInputTokens = 0) => ({
  inputTokens,
  outputTokens,
  cachedInputTokens,
  estimated: false,
});

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
        const drawn = { inputNanos, cachedInputNanos: inputNanos, outputNanos, maxOutputTokens: null, version: 'v' };
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

describe('createPriceBook', () => {
  const book = createPriceBook(new Map());

  it('knows dated names by their family and nothing by guess', () => {
    expect(book.find(openai, 'gpt-4o-mini-2024-07-18')).toEqual(book.find(openai, 'gpt-4o-mini'));
    expect(book.find(acme, 'gpt-4o-mini')).toBeNull();
  });

  it('names overrides in its version', () => {
    const changed = createPriceBook(new Map([['openai/gpt-4o', { input: 1, output: 2 }]]));
    expect(changed.version).not.toBe(book.version);
    expect(changed.find(openai, 'gpt-4o')).toMatchObject({ inputNanos: 1e9, outputNanos: 2e9 });
  });
});

describe('parsePrices', () => {
  it('lists every fault with its path', () => {
    const { faults } = parsePrices({
      'acme/m': { input: -1 },
      bare: { input: 1, output: 1 },
      'x/y': { input: 'free', output: 1 },
    });
    expect(faults.map((fault) => fault.path)).toEqual(
      expect.arrayContaining(['prices.acme/m.input', 'prices.acme/m.output', 'prices.x/y.input']),
    );
    expect(parsePrices({ bare: { input: 1, output: 1 } }).faults).toEqual([
      { path: 'prices.bare', message: 'is not of the form provider/model' },
    ]);
  });
});
