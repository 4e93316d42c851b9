import type { Usage } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { createPriceBook, priceUsage } from '#accounting';
import { draftReceipt } from './draft-receipt.ts';

type Parameters3 = Parameters<typeof draftReceipt>;

function draftOf(usage: Usage) {
  const call = { kind: 'chat', model: 'm', stream: false };
  const scope = { actor: { keyId: null }, tenantId: 't', trace: { traceId: 'x' } };
  const facts = { decision: { attributes: {}, allowed: true, policies: [], version: 'v' } };
  const outcome = { status: 'ok', candidate: null, usage, costNanos: null, priceVersion: null, propensityPpm: 0 };
  const [request, given, settled] = [{ scope, call, surface: 'openai' }, facts, outcome];
  return draftReceipt(...([request, given, settled] as never as Parameters3));
}

describe('draftReceipt', () => {
  it('tells the parts of the usage that have prices of their own, in the order of its canonical form', () => {
    const usage: Usage = {
      inputTokens: 100,
      outputTokens: 50,
      cachedInputTokens: 10,
      searches: 1,
      reasoningTokens: 5,
      cacheWriteTokens: 20,
      cacheWrite1hTokens: 3,
      audioOutputTokens: 2,
      audioInputTokens: 1,
      estimated: false,
    };
    const { details } = draftOf(usage).token_usage;
    expect(Object.entries(details)).toEqual([
      ['audio_input', 1],
      ['audio_output', 2],
      ['cache_write', 20],
      ['cache_write_1h', 3],
      ['reasoning', 5],
      ['searches', 1],
    ]);
    const price = createPriceBook(new Map()).find({ name: 'a', catalogue: 'anthropic' }, 'claude-sonnet-4-6');
    const again = { inputTokens: 100, outputTokens: 50, cachedInputTokens: 10, estimated: false };
    const read = { cacheWriteTokens: details.cache_write ?? 0, cacheWrite1hTokens: details.cache_write_1h ?? 0 };
    expect(price && priceUsage({ ...again, ...read }, price)).toBe(
      price && priceUsage({ ...usage, searches: 0 }, price),
    );
  });

  it('tells none where there are none', () => {
    const usage = { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0, estimated: false };
    expect(draftOf(usage).token_usage.details).toEqual({});
  });
});
