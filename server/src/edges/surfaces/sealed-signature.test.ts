import { expect, test } from 'vitest';
import { sealSignature, unsealSignature } from './sealed-signature.ts';

test('a signature comes back as it was, and so does the call that it signs', () => {
  const signature = { wire: 'google', value: 'a+b/c=é' };
  expect(unsealSignature(sealSignature(signature))).toEqual(signature);
  expect(unsealSignature(sealSignature({ ...signature, call: 'c1' }))).toEqual({ ...signature, call: 'c1' });
});

test('what only looks like a seal is none', () => {
  const json = (value: unknown): string => `reeve.${Buffer.from(JSON.stringify(value)).toString('base64url')}`;
  for (const text of ['', 'reeve.', 'reeve.%%%', 'EqQBCkYI', json(null), json([]), json({ wire: 1, value: 'x' })]) {
    expect(unsealSignature(text)).toBeNull();
  }
});
