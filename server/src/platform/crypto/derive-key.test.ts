import { createHmac, hkdfSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { deriveKey, equalInConstantTime, hmacSha256 } from './port.ts';

it('derives as RFC 5869 says: extract with the salt, expand with the label', () => {
  const secret = Buffer.from('0b'.repeat(22), 'hex');
  const extracted = createHmac('sha256', 'salt').update(secret).digest();
  const expanded = createHmac('sha256', extracted).update('6:tenant7:purpose').update(Buffer.of(1)).digest();
  expect(deriveKey(secret, 'salt', ['tenant', 'purpose'])).toEqual(expanded);
});

it('rests on an HKDF that gives the first test vector of RFC 5869', () => {
  const [secret, salt, info] = ['0b'.repeat(22), '000102030405060708090a0b0c', 'f0f1f2f3f4f5f6f7f8f9'].map((hex) =>
    Buffer.from(hex, 'hex'),
  );
  const key = Buffer.from(
    hkdfSync('sha256', secret ?? Buffer.of(), salt ?? Buffer.of(), info ?? Buffer.of(), 42),
  ).toString('hex');
  expect(key).toBe('3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865');
});

it('gives another key for another secret, salt, label or division of the label', () => {
  const secret = Buffer.alloc(32, 1);
  const keys = [
    deriveKey(secret, 's', ['a', 'bc']),
    deriveKey(secret, 's', ['ab', 'c']),
    deriveKey(secret, 's', ['abc']),
    deriveKey(secret, 's', ['a', 'bc', '']),
    deriveKey(secret, 't', ['a', 'bc']),
    deriveKey(Buffer.alloc(32, 2), 's', ['a', 'bc']),
  ].map((key) => key.toString('hex'));
  expect(new Set(keys).size).toBe(keys.length);
  expect(deriveKey(secret, 's', [], 64)).toHaveLength(64);
});

it('signs as RFC 4231 says (second test case)', () => {
  expect(hmacSha256(Buffer.from('Jefe'), 'what do ya want for nothing?').toString('hex')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

it('compares', () => {
  expect(equalInConstantTime(Buffer.from('one'), Buffer.from('one'))).toBe(true);
  expect(equalInConstantTime(Buffer.from('one'), Buffer.from('two'))).toBe(false);
  expect(equalInConstantTime(Buffer.from('one'), Buffer.from('on'))).toBe(false);
});
