import type { PriceBook } from '#accounting';
import { findNeeds, type Feature } from '#adapters';
import type { Call } from '@reeve/contracts';
import type { ModelLimits } from './fit-candidates.ts';

/** What a list may deny a model. Its other facts are told and not enforced: lists lag behind the models. */
const ENFORCED = ['images', 'audio', 'tools'] as const satisfies readonly Feature[];

const NONE: readonly string[] = [];

/** Nothing but texts: no list denies them to a model. */
const isPlain = ({ parts, params }: Call): boolean =>
  params.tools === undefined && parts.every((part) => part.type === 'text');

/** Only where a list says what a model takes: an unknown model is believed to take everything. */
export function createModelLimits(prices: PriceBook): ModelLimits {
  return ({ provider, modelId }, call) => {
    if (call.kind !== 'chat' || isPlain(call)) return NONE;
    const takes = prices.describe(provider, modelId)?.takes;
    if (takes === undefined) return NONE;
    const needs = findNeeds(call);
    return ENFORCED.filter((feature) => needs.has(feature) && !takes.includes(feature));
  };
}
