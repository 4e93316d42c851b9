import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../clock/testing.ts';
import { continueTrace, createSpanId, formatTraceparent, parseTraceparent } from './trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('parseTraceparent', () => {
  it.each([
    [`00-${TRACE}-${SPAN}-01`, true],
    [`00-${TRACE}-${SPAN}-00`, false],
    [`00-${TRACE}-${SPAN}-03`, true],
    [`01-${TRACE}-${SPAN}-01-future`, true],
    [`cc-${TRACE}-${SPAN}-09`, true],
  ])('reads %s', (header, sampled) => {
    expect(parseTraceparent(header)).toEqual({ traceId: TRACE, parentSpanId: SPAN, sampled });
  });

  it.each([
    '',
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE}-${SPAN}-01 `,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.slice(1)}-${SPAN}-01`,
    `01-${TRACE}-${SPAN}-01future`,
    `${TRACE}-${SPAN}`,
  ])('refuses %j', (header) => {
    expect(parseTraceparent(header)).toBeNull();
  });

  it('reads back what was formatted, and takes nothing else', () => {
    const hex = (length: number) =>
      fc.array(fc.integer({ min: 0, max: 15 }), { minLength: length, maxLength: length }).map((digits) => {
        return digits.map((digit) => digit.toString(16)).join('');
      });
    fc.assert(
      fc.property(hex(32), hex(16), fc.boolean(), (traceId, parentSpanId, sampled) => {
        fc.pre(!/^0+$/.test(traceId) && !/^0+$/.test(parentSpanId));
        const header = formatTraceparent(traceId, parentSpanId, sampled);
        expect(parseTraceparent(header)).toEqual({ traceId, parentSpanId, sampled });
      }),
    );
    fc.assert(
      fc.property(fc.string(), (header) => {
        expect(parseTraceparent(header)).toBeNull();
      }),
    );
  });
});

describe('continueTrace', () => {
  it('stays in the trace of the caller, with a span of its own', () => {
    const trace = continueTrace(`00-${TRACE}-${SPAN}-01`, createSeededRandom(1));
    expect(trace).toMatchObject({ traceId: TRACE, parentSpanId: SPAN, sampled: true });
    expect(trace.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(trace.spanId).not.toBe(SPAN);
  });

  it.each([undefined, 'nonsense', [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01`]])(
    'starts anew on %j',
    (header) => {
      const trace = continueTrace(header, createSeededRandom(2));
      expect(trace.parentSpanId).toBeNull();
      expect(trace.traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(trace.traceId).not.toBe(TRACE);
    },
  );

  it('samples a tenth of the new traces, each by its own id', () => {
    const random = createSeededRandom(3);
    const traces = Array.from({ length: 20_000 }, () => continueTrace(undefined, random));
    const sampled = traces.filter((trace) => trace.sampled).length;
    expect(sampled).toBeGreaterThan(1_850);
    expect(sampled).toBeLessThan(2_150);
    expect(new Set(traces.map((trace) => trace.traceId)).size).toBe(20_000);
    expect(createSpanId(random)).not.toBe(createSpanId(random));
  });
});
