import fc from 'fast-check';
import { Check } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { CROCKFORD, ID_PREFIXES, KeyIdSchema, ReceiptIdSchema, TenantIdSchema } from './ids.ts';

const body = fc.string({ unit: fc.constantFrom(...CROCKFORD), minLength: 26, maxLength: 26 });

describe('ids', () => {
  it('have one prefix per kind', () => {
    const prefixes = Object.values(ID_PREFIXES);
    expect(new Set(prefixes).size).toBe(prefixes.length);
  });

  it('are written in Crockford base 32, in ascending order, so that they sort by time', () => {
    expect(CROCKFORD).toHaveLength(32);
    expect([...CROCKFORD].toSorted().join('')).toBe(CROCKFORD);
    expect(CROCKFORD).not.toMatch(/[ilou]/);
  });

  it('accept their own form', () => {
    fc.assert(
      fc.property(body, (text) => {
        expect(Check(TenantIdSchema, `ten_${text}`)).toBe(true);
        expect(Check(KeyIdSchema, `key_${text}`)).toBe(true);
        expect(Check(ReceiptIdSchema, `rcp_${text}`)).toBe(true);
      }),
    );
  });

  it.each([
    '',
    'ten_',
    'Default',
    'default\n',
    "default' or 1=1",
    'key_00000000000000000000000000',
    'ten_0000000000000000000000000u',
  ])('refuse %j as a tenant', (text) => expect(Check(TenantIdSchema, text)).toBe(false));

  it('knows the tenant of the first start', () => expect(Check(TenantIdSchema, 'default')).toBe(true));
});
