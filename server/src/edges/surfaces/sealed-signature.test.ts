import { expect, test } from 'vitest';
import { sealCallId, sealSignature, unsealCallId, unsealSignature } from './sealed-signature.ts';

test('a signature comes back as it was, and so does the call that it signs', () => {
  const signature = { wire: 'google', value: 'a+b/c=é' };
  expect(unsealSignature(sealSignature(signature))).toEqual(signature);
  for (const more of [{ call: 'c1' }, { text: 'hm' }]) {
    expect(unsealSignature(sealSignature({ ...signature, ...more }))).toEqual({ ...signature, ...more });
  }
});

test('the id of a tool call carries one, in letters that every wire takes', () => {
  const signature = { wire: 'google', value: 'a+b/c=é' };
  const id = sealCallId('call_1', signature);
  expect(id).toMatch(/^[\w-]+$/);
  expect(unsealCallId(id)).toEqual({ id: 'call_1', signature });
  expect(unsealCallId(sealCallId(id, signature))).toEqual({ id, signature });
  for (const other of ['call_1', '', 'a_reeve_b', '_reeve_', id.slice(0, -4)]) {
    expect(unsealCallId(other)).toEqual({ id: other });
  }
});

test('what only looks like a seal is none', () => {
  const json = (value: unknown): string => `reeve.${Buffer.from(JSON.stringify(value)).toString('base64url')}`;
  for (const text of ['', 'reeve.', 'reeve.%%%', 'EqQBCkYI', json(null), json([]), json({ wire: 1, value: 'x' })]) {
    expect(unsealSignature(text)).toBeNull();
  }
});
