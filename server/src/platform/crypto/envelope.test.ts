import { createDecipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../clock/testing.ts';
import { openEnvelope, readKeyId, sealEnvelope, SealError } from './port.ts';

const key = { id: 'tenant-key/3', bytes: Buffer.alloc(32, 7) };
const plain = Buffer.from('a tally, split in two');

function reasonOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof SealError) return error.reason;
    throw error;
  }
  return 'opened';
}

describe('a sealed envelope', () => {
  it('opens under its key and context, whatever was sealed, and says which key that is', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2000 }),
        fc.string({ maxLength: 60 }),
        fc.string({ maxLength: 40 }),
        fc.nat(),
        (bytes, id, context, seed) => {
          const sealed = sealEnvelope({ id, bytes: key.bytes }, bytes, context, createSeededRandom(seed));
          expect(openEnvelope(key.bytes, sealed, context)).toEqual(Buffer.from(bytes));
          expect(readKeyId(sealed)).toBe(Buffer.from(id).toString());
        },
      ),
    );
  });

  it('has the documented layout, readable with nothing but a cipher', () => {
    const sealed = sealEnvelope(key, plain, 'context', createSeededRandom(1));
    expect([...sealed.subarray(0, 2)]).toEqual([1, 12]);
    expect(sealed.subarray(2, 14).toString()).toBe('tenant-key/3');
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, sealed.subarray(14, 26));
    decipher.setAAD(Buffer.concat([sealed.subarray(0, 14), Buffer.from('context')]));
    decipher.setAuthTag(sealed.subarray(26, 42));
    expect(Buffer.concat([decipher.update(sealed.subarray(42)), decipher.final()])).toEqual(plain);
  });

  it('stays readable: an envelope of the first version', () => {
    const kept = '010c74656e616e742d6b65792f33';
    const sealed = sealEnvelope(key, plain, 'context', createSeededRandom(1));
    expect(sealed.toString('hex').startsWith(kept)).toBe(true);
    expect(openEnvelope(key.bytes, Buffer.from(FIRST, 'hex'), 'context')).toEqual(plain);
  });

  it('takes its plain bytes in pieces', () => {
    const pieces = [plain.subarray(0, 5), plain.subarray(5)];
    expect(sealEnvelope(key, pieces, 'c', createSeededRandom(1))).toEqual(
      sealEnvelope(key, plain, 'c', createSeededRandom(1)),
    );
  });

  it('never uses a nonce twice', () => {
    const random = createSeededRandom(5);
    const sealed = Array.from({ length: 500 }, () => sealEnvelope(key, plain, '', random).toString('hex'));
    expect(new Set(sealed).size).toBe(500);
  });

  it('is damaged by a change of any bit, wherever it stands', () => {
    const sealed = sealEnvelope(key, plain, 'context', createSeededRandom(2));
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(reasonOf(() => openEnvelope(key.bytes, changed, 'context'))).toMatch(/damaged|format/);
    }
  });

  it('is refused under another key, in another context, cut short and in an unknown format', () => {
    const sealed = sealEnvelope(key, plain, 'context', createSeededRandom(3));
    expect(reasonOf(() => openEnvelope(Buffer.alloc(32, 8), sealed, 'context'))).toBe('damaged');
    expect(reasonOf(() => openEnvelope(key.bytes, sealed, 'another'))).toBe('damaged');
    expect(reasonOf(() => openEnvelope(key.bytes, sealed.subarray(0, 41), 'context'))).toBe('format');
    expect(reasonOf(() => openEnvelope(key.bytes, Buffer.alloc(0), 'context'))).toBe('format');
    expect(reasonOf(() => openEnvelope(key.bytes, Buffer.concat([Buffer.of(2), sealed]), 'context'))).toBe('format');
  });

  it('refuses a key id that its length byte cannot say', () => {
    expect(() => sealEnvelope({ ...key, id: 'x'.repeat(256) }, plain, '', createSeededRandom(1))).toThrow(TypeError);
  });
});

const FIRST =
  '010c74656e616e742d6b65792f33a00087fbf7479cb86dfe747dbdd273622b06fe3f31e64f8e2c46b172931c59a50a826bb66fd437c99a072b837b2e3c69f5';
