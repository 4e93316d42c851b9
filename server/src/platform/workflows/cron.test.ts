import { describe, expect, it } from 'vitest';
import { parseCron } from './cron.ts';

const next = (text: string, after: string): string =>
  new Date(parseCron(text).next(Date.parse(after))).toISOString().slice(0, 16);

describe('a schedule', () => {
  it.each([
    ['* * * * *', '2026-02-28T23:59:30Z', '2026-03-01T00:00'],
    ['*/15 * * * *', '2026-01-01T00:45:00Z', '2026-01-01T01:00'],
    ['5 4 * * *', '2026-01-01T04:05:00Z', '2026-01-02T04:05'],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00'],
    ['0 9-17/4 * * 1-5', '2026-01-02T17:00:00Z', '2026-01-05T09:00'],
    ['0 0 * * 7', '2026-01-01T00:00:00Z', '2026-01-04T00:00'],
    ['30 6 1,15 * 1', '2026-01-02T00:00:00Z', '2026-01-05T06:30'],
    ['0 0 31 * *', '2026-04-01T00:00:00Z', '2026-05-31T00:00'],
  ])('%s after %s comes at %s', (text, after, expected) => {
    expect(next(text, after)).toBe(expected);
  });

  it.each(['* * * *', '60 * * * *', '* * 0 * *', 'a * * * *', '5-1 * * * *', '*/0 * * * *', '0 0 30 2 *', ''])(
    '"%s" is refused',
    (text) => {
      expect(() => parseCron(text)).toThrow(TypeError);
    },
  );
});
