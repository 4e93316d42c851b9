import { boundTokens, priceBound } from '#accounting';
import type { Usage } from '@reeve/contracts';
import type { Plan } from '#routing';
import { draftReceipt } from './draft-receipt.ts';
import type { OpenCall } from './open-call.ts';

/**
 * Writes down, before anything is dispatched, what this call costs at the most: the receipt that stands if the process
 * dies. The bound is taken over every candidate, since any of them may answer.
 */
export function reserve(call: OpenCall, plan: Plan): Promise<void> {
  const { path, request, facts } = call;
  const bound = boundPlan(call, plan);
  const draft = draftReceipt(request, facts, {
    status: 'assumed',
    candidate: plan.candidates[0] ?? null,
    usage: bound.usage,
    costNanos: bound.costNanos,
    priceVersion: bound.costNanos === null ? null : path.prices.version,
    propensityPpm: plan.propensityPpm,
  });
  return path.ledger.openIntent(draft, request.tags);
}

function boundPlan({ path, request, facts }: OpenCall, plan: Plan) {
  let usage: Usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, estimated: true };
  let costNanos: number | null = 0;
  for (const { provider, modelId } of plan.candidates) {
    const price = path.prices.find(provider, modelId);
    const tokens = boundTokens(request.call, facts.bytesIn, price?.maxOutputTokens ?? null);
    const bound = { ...usage, ...tokens };
    if (tokens.outputTokens >= usage.outputTokens) usage = bound;
    costNanos = price === null || costNanos === null ? null : Math.max(costNanos, priceBound(tokens, price));
  }
  return { usage, costNanos };
}
