import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scope as Granted } from '@reeve/contracts';
import { defaultTenantId, type Scope } from '#kernel';
import { decideCall, mayUseModel } from './decide-call.ts';

function scopeWith(scopes: Granted[], models: string[] | null): Scope {
  return {
    tenantId: defaultTenantId,
    actor: { kind: 'key', keyId: null, scopes: new Set(scopes), models: models === null ? null : new Set(models) },
    requestId: 'req_test',
    trace: { traceId: '0'.repeat(32), parentSpanId: null, sampled: false },
  };
}

const question = { kind: 'chat', requestedModel: 'fast', candidates: ['acme/small', 'other/small'] };

describe('decideCall', () => {
  it('denies a key without models:invoke and says so', () => {
    const decision = decideCall(scopeWith(['receipts:read'], null), question);
    expect(decision).toMatchObject({ allowed: false, policies: ['builtin/key-scope'] });
    expect(decision.reason).toContain('models:invoke');
  });

  it('lets a key that names the alias go to every candidate', () => {
    expect(decideCall(scopeWith(['models:invoke'], ['fast']), question).allowedCandidates).toEqual([0, 1]);
  });

  it('lets a key that names one candidate go only there', () => {
    expect(decideCall(scopeWith(['*'], ['other/small']), question).allowedCandidates).toEqual([1]);
  });

  it('denies a key whose models name neither', () => {
    const decision = decideCall(scopeWith(['*'], ['elsewhere']), question);
    expect(decision).toMatchObject({ allowed: false, policies: ['builtin/key-models'], allowedCandidates: [] });
  });

  it('never allows a candidate that neither the alias nor the name grants', () => {
    const name = fc.constantFrom('a/x', 'b/x', 'c/x', 'fast');
    fc.assert(
      fc.property(fc.array(name), fc.array(fc.constantFrom('a/x', 'b/x', 'c/x')), (models, candidates) => {
        const scope = scopeWith(['models:invoke'], models);
        const decision = decideCall(scope, { ...question, candidates });
        for (const index of decision.allowedCandidates) {
          expect(models.includes('fast') || models.some((model) => model === candidates[index])).toBe(true);
        }
        expect(mayUseModel(scope, 'fast', candidates)).toBe(decision.allowed);
      }),
    );
  });

  it('lists attributes in sorted order', () => {
    const names = Object.keys(decideCall(scopeWith(['*'], null), question).attributes);
    expect(names).toEqual(names.toSorted());
  });
});
