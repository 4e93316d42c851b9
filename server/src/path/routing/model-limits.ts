import type { PriceBook } from '#accounting';
import { findNeeds, type Feature } from '#adapters';
import type { ModelLimits } from './fit-candidates.ts';

/** What a list may deny a model. Its other facts are told and not enforced: lists lag behind the models. */
const ENFORCED = ['images', 'audio', 'tools'] as const satisfies readonly Feature[];

/** Only where a list says what a model takes: an unknown model is believed to take everything. */
export function createModelLimits(prices: PriceBook): ModelLimits {
  return ({ provider, modelId }, call) => {
    if (call.kind !== 'chat') return [];
    const takes = prices.describe(provider, modelId)?.takes;
    if (takes === undefined) return [];
    const needs = findNeeds(call);
    return ENFORCED.filter((feature) => needs.has(feature) && !takes.includes(feature));
  };
}
