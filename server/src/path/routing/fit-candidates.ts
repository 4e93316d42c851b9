import { findInwardMedia, findUncarried, type Adapters } from '#adapters';
import type { Call } from '@reeve/contracts';
import { candidateName, type Candidate, type Fallen } from './routing.ts';

/** Says what of the call a model itself cannot take, whatever its wire carries; empty where nothing is known against it. */
export type ModelLimits = (candidate: Candidate, call: Call) => readonly string[];

/**
 * Sorts out the candidates that would lose a part of the call, or cannot answer it: a call with images never goes to a
 * text model. Where all fit, `candidates` is the same list.
 */
export function fitCandidates(
  candidates: readonly Candidate[],
  call: Call,
  adapters: Adapters,
  findLimits: ModelLimits,
): { candidates: readonly Candidate[]; fallen: readonly Fallen[] } {
  const fallen: Fallen[] = [];
  const inward = findInwardMedia(call);
  for (const candidate of candidates) {
    const missing = findMissing(candidate, call, adapters);
    const limits = findLimits(candidate, call);
    if (inward.length + missing.length + limits.length === 0) continue;
    fallen.push({ candidate, reasons: [...new Set([...inward, ...missing, ...limits])] });
  }
  if (fallen.length === 0) return { candidates, fallen };
  const out = new Set(fallen.map(({ candidate }) => candidate));
  return { candidates: candidates.filter((candidate) => !out.has(candidate)), fallen };
}

function findMissing({ provider }: Candidate, call: Call, adapters: Adapters): readonly string[] {
  const adapter = adapters.get(provider.adapter);
  if (adapter === undefined) return [`calls of kind "${call.kind}"`];
  // Where a wire cannot count, the estimate answers.
  return call.kind === 'count' ? [] : findUncarried(adapter, call, provider);
}

const SHOWN_MAX = 8;

/** One sentence for the caller: who fell out, and why. */
export function describeFallen(model: string, fallen: readonly Fallen[]): string {
  const each = fallen.slice(0, SHOWN_MAX).map(({ candidate, reasons }) => {
    return `${candidateName(candidate)} does not take ${reasons.slice(0, SHOWN_MAX).join(', ')}`;
  });
  return `No candidate of "${model}" can carry this request: ${each.join('; ')}.`;
}
