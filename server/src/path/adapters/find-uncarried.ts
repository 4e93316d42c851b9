import type { Call } from '@reeve/contracts';
import type { ModelAdapter, Provider } from './adapter.ts';
import { findForeignFields, findNeeds } from './features.ts';

/**
 * What of the call this adapter would lose on the way to this provider, in the words of the caller; empty where it
 * carries all. Nothing is ever dropped silently: what stands here refuses the candidate.
 */
export function findUncarried(adapter: ModelAdapter, call: Call, provider: Provider): string[] {
  const carried = adapter.carries[call.kind];
  if (carried === undefined) return [`calls of kind "${call.kind}"`];
  if (adapter.speaks(call, provider)) return [];
  const missing: string[] = [...findNeeds(call)].filter((feature) => !carried.has(feature));
  return [...missing, ...findForeignFields(call, adapter.extensions)];
}
