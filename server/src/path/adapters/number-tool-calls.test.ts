import { expect, it } from 'vitest';
import { createToolCallNumbering } from './number-tool-calls.ts';

it('numbers calls in the order of their beginning and keeps their pieces together', () => {
  const number = createToolCallNumbering();
  expect([number(3, 'a'), number(5, 'b'), number(3, null), number(5, null), number(3, 'a')]).toEqual([0, 1, 0, 1, 0]);
});

it('tells calls apart by their ids where every one has the same index', () => {
  const number = createToolCallNumbering();
  expect([number(0, 'a'), number(0, 'b'), number(0, null)]).toEqual([0, 1, 1]);
});

it('takes an id that comes after the first piece', () => {
  const number = createToolCallNumbering();
  expect([number(0, null), number(0, 'a'), number(0, 'b')]).toEqual([0, 0, 1]);
});
