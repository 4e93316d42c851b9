import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sliceBatch } from './slice-batch.ts';

it('cuts any batch into at most eight pieces, none small but the last, and loses nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 1200 }), (batch) => {
      const slices = sliceBatch(batch);
      expect(slices.flat()).toEqual(batch);
      expect(slices.length).toBeLessThanOrEqual(8);
      for (const slice of slices.slice(0, -1)) expect(slice.length).toBeGreaterThanOrEqual(16);
    }),
  );
});

it('stores what gathers at a few hundred calls a second in small statements', () => {
  expect(sliceBatch(Array.from({ length: 125 })).map(({ length }) => length)).toEqual([16, 16, 16, 16, 16, 16, 16, 13]);
});
