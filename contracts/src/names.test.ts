import { describe, expect, it } from 'vitest';
import { HEADERS, METRICS, PERMISSIONS, SPANS, TABLES } from './names.ts';

const LISTS: [string, readonly string[], RegExp][] = [
  ['headers', Object.values(HEADERS), /^[a-z]+(-[a-z]+)*$/],
  ['metrics', Object.values(METRICS), /^[a-z]+(_[a-z]+)*$/],
  ['permissions', PERMISSIONS, /^[a-z]+:[a-z]+$/],
  ['spans', SPANS, /^[a-z]+(_[a-z]+)*$/],
  ['tables', TABLES, /^[a-z]+(_[a-z]+)*$/],
];

/** That each name is emitted and documented, and nothing beside them, is shown by `server/test/house`. */
describe.each(LISTS)('%s', (_list, names, form) => {
  it('stand once each', () => expect(new Set(names).size).toBe(names.length));
  it('have one form', () => expect(names.filter((name) => !form.test(name))).toEqual([]));
});

describe('metrics of our own', () => {
  const own = Object.values(METRICS).filter((name) => name.startsWith('reeve_'));
  const counted = /_(seconds|bytes|total)$/;
  const gauges = ['reeve_breaker_open', 'reeve_active_streams'];

  it('end in their unit, gauges of a state aside', () => {
    expect(own.filter((name) => !counted.test(name)).toSorted()).toEqual(gauges.toSorted());
  });
});
