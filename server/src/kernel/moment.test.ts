import { describe, expect, it } from 'vitest';
import { isDay, isMoment } from './moment.ts';

describe('a day', () => {
  it.each(['2026-11-21', '2028-02-29', '0001-01-01', '9999-12-31'])('%s exists', (text) => {
    expect(isDay(text)).toBe(true);
  });

  it.each(['2026-02-29', '2026-02-31', '2026-13-01', '2026-00-10', '0000-01-01', '-000001-01-01', '2026-1-1', ''])(
    '"%s" does not',
    (text) => expect(isDay(text)).toBe(false),
  );
});

describe('a moment', () => {
  it('exists as it is written', () => expect(isMoment('2026-11-21T17:30:00.123Z')).toBe(true));

  it.each([
    '2026-02-31T00:00:00.000Z',
    '2026-11-21T24:00:00.000Z',
    '2026-11-21T17:60:00.000Z',
    '2026-11-21T17:30:00Z',
    '2026-11-21T17:30:00.000+01:00',
    '2026-11-21',
  ])('%s does not', (text) => expect(isMoment(text)).toBe(false));
});
