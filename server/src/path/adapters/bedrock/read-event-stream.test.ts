import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { toMessage } from './bedrock.fixtures.ts';
import { createEventSplitter } from './read-event-stream.ts';

const first = toMessage({ ':event-type': 'one', ':message-type': 'event' }, '{"text":"Zürich"}');
const second = toMessage({ ':event-type': 'two' }, '');
const whole = Buffer.concat([first, second]);

function readAll(...reads: readonly Buffer[]) {
  const splitter = createEventSplitter();
  const batches = reads.map((read) => splitter.push(read));
  const messages = batches.flatMap((batch) => batch.messages);
  return {
    messages: messages.map(({ headers, payload }) => ({
      headers: Object.fromEntries(headers),
      text: payload.toString(),
    })),
    bytes: Buffer.concat(messages.map((message) => message.bytes)),
    fault: batches.at(-1)?.fault,
  };
}

const expected = {
  messages: [
    { headers: { ':event-type': 'one', ':message-type': 'event' }, text: '{"text":"Zürich"}' },
    { headers: { ':event-type': 'two' }, text: '' },
  ],
  bytes: whole,
  fault: null,
};

describe('event streams', () => {
  it('give the same for a cut at every byte', () => {
    expect(readAll(whole)).toEqual(expected);
    for (let cut = 1; cut < whole.length; cut += 1) {
      expect(readAll(whole.subarray(0, cut), whole.subarray(cut))).toEqual(expected);
    }
    expect(readAll(...Array.from(whole, (_, at) => whole.subarray(at, at + 1)))).toEqual(expected);
  });

  it('keep back what is not whole', () => {
    expect(readAll(whole.subarray(0, whole.length - 1)).messages).toHaveLength(1);
  });

  it('are unreadable from the first flipped bit on, wherever it is', () => {
    for (let at = 0; at < whole.length; at += 1) {
      const broken = Buffer.from(whole);
      broken[at] = (broken[at] ?? 0) ^ 0x10;
      const { messages, fault } = readAll(broken, first);
      expect(fault).not.toBeNull();
      expect(messages).toHaveLength(at < first.length ? 0 : 1);
    }
  });

  it('skip headers that are no text', () => {
    const head = Buffer.concat([
      Buffer.from([1, 0x61, 0]),
      Buffer.from([1, 0x62, 4, 0, 0, 0, 7]),
      Buffer.from([1, 0x63, 6, 0, 2, 9, 9]),
      Buffer.from([1, 0x64, 8, 0, 0, 0, 0, 0, 0, 0, 1]),
      Buffer.from([1, 0x65, 7, 0, 1, 0x78]),
    ]);
    expect(readAll(frame(head)).messages).toEqual([{ headers: { e: 'x' }, text: '' }]);
  });

  it.each([
    ['a type that is unknown', [1, 0x61, 10]],
    ['a name longer than all of them', [9, 0x61, 0]],
    ['a value longer than all of them', [1, 0x61, 7, 0, 9, 0x78]],
    ['a length that is cut', [1, 0x61, 7, 0]],
  ])('do not read headers with %s', (_name, head) => {
    expect(readAll(frame(Buffer.from(head))).fault).toBe('its headers cannot be read');
  });

  it('of absurd lengths are given up at once', () => {
    expect(readAll(prelude(0x7fff_ffff, 0)).fault).toBe('it is larger than this server takes');
    expect(readAll(prelude(15, 0)).fault).toBe('its lengths contradict each other');
    expect(readAll(prelude(40, 30)).fault).toBe('its lengths contradict each other');
  });
});

function prelude(totalBytes: number, headersBytes: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(totalBytes, 0);
  bytes.writeUInt32BE(headersBytes, 4);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8);
  return bytes;
}

function frame(head: Buffer): Buffer {
  const checked = Buffer.concat([prelude(16 + head.length, head.length), head]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(checked));
  return Buffer.concat([checked, checksum]);
}
