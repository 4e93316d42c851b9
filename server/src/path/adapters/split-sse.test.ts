import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSseSplitter, joinFrames, type SseBatch, type SseFrame } from './split-sse.ts';

const LIMIT = 1 << 20;
const line = fc.string({ unit: fc.constantFrom('a', 'é', '🌾', ':', ' ', '{', '"'), maxLength: 12 });
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
const field = fc.constantFrom('data: ', 'data:', 'data', 'event: ', ': ', 'id: ', 'other: ', '');
const stream = fc
  .array(fc.tuple(field, line, lineEnd), { maxLength: 30 })
  .map((lines) => Buffer.from(lines.map(([name, value, end]) => name + value + end).join('')));

/** The standard's reading of a whole stream: lines first, then events. */
function readSlowly(text: string): { event: string | null; data: string | null }[] {
  const frames = [];
  let event: string | null = null;
  let data: string[] | null = null;
  const lines = text.split(/\r\n|\n|\r/).slice(0, -1);
  for (const current of lines) {
    if (current === '') {
      frames.push({ event, data: data === null ? null : data.join('\n') });
      event = null;
      data = null;
      continue;
    }
    const [, name = '', value = ''] = /^([^:]*)(?:: ?([\s\S]*))?$/.exec(current) ?? [];
    if (name === 'data') data = [...(data ?? []), value];
    if (name === 'event') event = value;
  }
  return frames;
}

function splitAll(reads: readonly Buffer[]) {
  const splitter = createSseSplitter(LIMIT);
  const frames: { event: string | null; data: string | null }[] = [];
  let forwarded = '';
  const take = (batch: SseBatch): void => {
    frames.push(...batch.frames.map(({ event, data }) => ({ event, data })));
    forwarded += batch.bytes.toString('latin1');
    expect(batch.frames.map(({ start, end }) => batch.bytes.subarray(start, end).toString('latin1')).join('')).toBe(
      batch.bytes.toString('latin1'),
    );
  };
  for (const read of reads) take(splitter.push(read));
  const last = splitter.end();
  take(last);
  return { frames, forwarded, rest: last.rest };
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

describe('split-sse', () => {
  it('reads what the standard reads, however the stream is cut', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 6 }), (bytes, cuts) => {
        const split = splitAll(cutAt(bytes, cuts));
        expect(split.frames).toEqual(readSlowly(bytes.toString('utf8')));
        expect(split).toEqual(splitAll([bytes]));
        expect(Buffer.from(split.forwarded, 'latin1').toString('utf8') + split.rest).toBe(bytes.toString('utf8'));
      }),
      { numRuns: 500 },
    );
  });

  it('hands out slices of the read, not copies', () => {
    const read = Buffer.from('data: 1\n\ndata: 2\n\ndata: 3');
    const { bytes } = createSseSplitter(LIMIT).push(read);
    expect(bytes.buffer).toBe(read.buffer);
    expect(bytes.toString()).toBe('data: 1\n\ndata: 2\n\n');
  });

  it('never writes to bytes that it handed out', () => {
    const splitter = createSseSplitter(LIMIT);
    splitter.push(Buffer.from('data: 1'));
    const { bytes } = splitter.push(Buffer.from('\n\ndata: 2'));
    for (let round = 0; round < 50; round += 1) splitter.push(Buffer.from('xxxxxxxxxxxxxxxxxxxxxxxxxxx'));
    expect(bytes.toString()).toBe('data: 1\n\n');
  });

  it('says when a frame passes the limit', () => {
    const splitter = createSseSplitter(100);
    expect(splitter.push(Buffer.from(`data: ${'x'.repeat(90)}`)).tooLarge).toBe(false);
    expect(splitter.push(Buffer.from('xxxxxxxxxx')).tooLarge).toBe(true);
  });

  it('takes a frame that comes byte by byte in time that grows with its size', () => {
    const splitter = createSseSplitter(LIMIT);
    const byte = Buffer.from('x');
    const startMs = performance.now();
    splitter.push(Buffer.from('data: '));
    for (let count = 0; count < 300_000; count += 1) splitter.push(byte);
    expect(splitter.push(Buffer.from('\n\n')).frames[0]?.data).toHaveLength(300_000);
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  it('skips the mark at the begin of a stream', () => {
    expect(splitAll([Buffer.from('\uFEFFdata: 1\n\n')]).frames).toEqual([{ event: null, data: '1' }]);
  });

  it('joins kept frames, as one slice where nothing is missing between them', () => {
    const batch = createSseSplitter(LIMIT).push(Buffer.from('data: 1\n\ndata: 2\n\ndata: 3\n\n'));
    const [first, second, third] = batch.frames;
    const join = (...kept: (SseFrame | undefined)[]): string | undefined =>
      joinFrames(
        batch,
        kept.flatMap((frame) => frame ?? []),
      )?.toString();
    expect(join(first, third)).toBe('data: 1\n\ndata: 3\n\n');
    expect(join()).toBeUndefined();
    expect(joinFrames(batch, batch.frames.slice(0, 2))?.buffer).toBe(batch.bytes.buffer);
    expect(join(second)).toBe('data: 2\n\n');
  });
});
