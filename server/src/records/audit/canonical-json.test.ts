import canonicalizePackage from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalise } from './canonical-json.ts';
import { GENESIS_HASH, sealReceipt } from './receipt-chain.ts';
import { makeDraft, testIds } from './testing.ts';

const head = { writerId: testIds.next('writer'), seq: 0, hash: GENESIS_HASH };

describe('the canonical form', () => {
  it('is that of RFC 8785 for any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(canonicalise(value)).toBe(canonicalizePackage(value));
      }),
    );
  });

  it('is what a sealed receipt carries, whatever its texts', () => {
    const anyText = fc.string({ unit: 'binary' });
    const arbitrary = fc.record({
      requested_model: anyText,
      finish_reason: fc.option(anyText),
      cost_nanos: fc.option(fc.maxSafeNat()),
      attempts: fc.array(fc.record({ provider: anyText, outcome: anyText, model_id: anyText, latency_ms: fc.nat() })),
      model: fc.option(fc.record({ provider: anyText, model_id: anyText })),
      pii_classes: fc.array(anyText),
      policy: fc.record({
        version: anyText,
        policies: fc.array(anyText),
        decision: fc.constantFrom('allow' as const, 'deny' as const),
        attributes: fc.dictionary(anyText, anyText),
      }),
    });
    fc.assert(
      fc.property(arbitrary, (changes) => {
        const { row } = sealReceipt(head, makeDraft(changes), {});
        const text = row.slice(row.indexOf('"body":') + '"body":'.length, -1);
        expect(text).toBe(canonicalizePackage(JSON.parse(text)));
      }),
    );
  });

  it('orders keys as code units, numbers among them', () => {
    const attributes = { 9: 'a', 10: 'b', é: 'c', '😀': 'd', z: 'e' };
    const { policy } = makeDraft();
    const { row } = sealReceipt(head, makeDraft({ policy: { ...policy, attributes } }), {});
    expect(row).toContain('"attributes":{"10":"b","9":"a","z":"e","é":"c","😀":"d"}');
  });
});
