import type { Call } from '@reeve/contracts';
import type { ModelAdapter, Provider } from './adapter.ts';
import { findForeignFields, findNeeds } from './features.ts';

/**
 * What of the call this adapter would lose on the way to this provider, in the words of the caller; empty where it
 * carries all. Nothing is ever dropped silently: what stands here refuses the candidate.
 */
export function findUncarried(adapter: ModelAdapter, call: Call, provider: Provider): string[] {
  const carried = adapter.carries[call.kind];
  const refused = readRefused(provider);
  if (carried === undefined || refused.includes(call.kind)) return [`calls of kind "${call.kind}"`];
  const spoken = adapter.speaks(call, provider);
  if (spoken && refused.length === 0) return [];
  const needs = [...findNeeds(call)];
  if (spoken) return needs.filter((feature) => refused.includes(feature));
  const missing: string[] = needs.filter((feature) => !carried.has(feature) || refused.includes(feature));
  return [...missing, ...findForeignFields(call, adapter.extensions)];
}

/** The setting `without`: features and kinds that the provider does not take although its wire has them. */
function readRefused({ settings: { without } }: Provider): readonly string[] {
  return Array.isArray(without) ? without : [];
}
