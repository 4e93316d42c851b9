import { describe, expect, it } from 'vitest';
import { toCsvLine } from './csv.ts';

describe('a line of CSV', () => {
  it.each([
    ['=1+1', `'=1+1`],
    ['+1', `'+1`],
    ['-1', `'-1`],
    ['@SUM(A1)', `'@SUM(A1)`],
    ['\t=1', `'\t=1`],
    [' =1', `' =1`],
    ['\uff1d1', `'\uff1d1`],
    ['\r=1', `"'\r=1"`],
    ['a"b', '"a""b"'],
    ['a,b', '"a,b"'],
    ['a\nb', '"a\nb"'],
    ['gpt-4o', 'gpt-4o'],
    [-1, '-1'],
    [null, ''],
  ])('writes %j as %s', (value, expected) => {
    expect(toCsvLine([value])).toBe(`${expected}\r\n`);
  });

  it('keeps every digit of a sum', () =>
    expect(toCsvLine([9007199254740993n, true])).toBe('9007199254740993,true\r\n'));
});
