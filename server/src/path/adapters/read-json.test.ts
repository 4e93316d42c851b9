import { describe, expect, it } from 'vitest';
import { DEPTH_MAX, parseJson } from './read-json.ts';

const nest = (depth: number, inner = '') => `${'[{"a":'.repeat(depth / 2)}[${inner}]${'}]'.repeat(depth / 2)}`;

describe('parseJson', () => {
  it('reads as deep as its bound, and nothing deeper', () => {
    expect(parseJson(nest(DEPTH_MAX - 2))).toBeDefined();
    expect(parseJson(nest(DEPTH_MAX))).toBeUndefined();
    expect(parseJson('['.repeat(1_000_000) + ']'.repeat(1_000_000))).toBeUndefined();
  });

  it('counts no brackets that stand in a text', () => {
    for (const text of [
      '['.repeat(4_000),
      `"${'[{'.repeat(2_000)}`,
      `${'['.repeat(2_000)}\\`,
      `\\"${'['.repeat(2_000)}`,
    ]) {
      expect(parseJson(JSON.stringify({ text, after: [1] }))).toEqual({ text, after: [1] });
    }
    expect(parseJson(nest(DEPTH_MAX, JSON.stringify('\\')))).toBeUndefined();
  });

  it('adds what is closed to no depth', () => {
    const flat = JSON.stringify(Array.from({ length: 2_000 }, (_, index) => [{ index }]));
    expect(parseJson(flat)).toHaveLength(2_000);
  });

  it.each(['', 'nope', '{', '"open', '"open\\"', `"${'x'.repeat(4_000)}`])('calls "%s" unreadable', (text) => {
    expect(parseJson(text)).toBeUndefined();
  });
});
