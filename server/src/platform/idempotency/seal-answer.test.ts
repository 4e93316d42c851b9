import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../clock/testing.ts';
import { deriveSeal, openAnswer, sealAnswer } from './seal-answer.ts';

const request = { method: 'POST', path: '/v1/chat/completions', body: Buffer.from('{"model":"fast"}') };
const seal = deriveSeal('default', 'key-1', request);
const answer = {
  status: 200,
  headers: { 'x-reeve-receipt': 'rcp_1' },
  body: Buffer.from('the answer'),
  receiptId: 'rcp_1',
};

describe('sealed answers', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.dictionary(fc.string(), fc.string()), fc.nat(99), (body, headers, status) => {
        const given = { status, headers: { ...headers }, body, receiptId: null };
        const opened = openAnswer(seal, sealAnswer(seal, given, createSeededRandom(status)));
        expect(Buffer.from(opened.body).equals(Buffer.from(body))).toBe(true);
        expect({ ...opened, body }).toEqual(JSON.parse(JSON.stringify({ ...given, body: [] }), reviveBody(body)));
      }),
    );
  });

  it('open for the same request only', () => {
    const sealed = sealAnswer(seal, answer, createSeededRandom(1));
    const others = [
      deriveSeal('default', 'key-2', request),
      deriveSeal('other', 'key-1', request),
      deriveSeal('default', 'key-1', { ...request, method: 'PUT' }),
      deriveSeal('default', 'key-1', { ...request, path: '/v1/embeddings' }),
      deriveSeal('default', 'key-1', { ...request, body: Buffer.from('{"model":"slow"}') }),
    ];
    for (const other of others) {
      expect(other.fingerprint).not.toBe(seal.fingerprint);
      expect(() => openAnswer(other, sealed)).toThrow();
      // Not even the right key opens what is bound to another row.
      expect(() => openAnswer({ ...other, sealingKey: seal.sealingKey }, sealed)).toThrow();
    }
  });

  it('do not open once a byte has changed', () => {
    const sealed = sealAnswer(seal, answer, createSeededRandom(1));
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => openAnswer(seal, changed)).toThrow();
    }
    expect(() => openAnswer(seal, new Uint8Array())).toThrow();
  });

  it('do not open with anything that is stored', () => {
    const sealed = sealAnswer(seal, answer, createSeededRandom(1));
    const stored = [seal.keyHash, seal.fingerprint, hash('sha256', request.body), hash('sha256', 'key-1')];
    for (const hex of stored) {
      expect(() => openAnswer({ ...seal, sealingKey: Buffer.from(hex, 'hex') }, sealed)).toThrow();
    }
    expect(sealed.includes('the answer')).toBe(false);
    expect(sealed.includes('rcp_1')).toBe(false);
  });

  it('keep apart requests whose parts join to the same text', () => {
    const one = deriveSeal('default', 'k', { method: 'POST', path: '/ab', body: Buffer.from('c') });
    const two = deriveSeal('default', 'k', { method: 'POST', path: '/a', body: Buffer.from('bc') });
    expect(one.fingerprint).not.toBe(two.fingerprint);
  });
});

/** Puts the bytes back after a round trip through JSON that normalises what dictionaries of tests may hold. */
function reviveBody(body: Uint8Array) {
  return (name: string, value: unknown): unknown => (name === 'body' ? body : value);
}
