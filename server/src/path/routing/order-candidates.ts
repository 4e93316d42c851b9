import type { Breakers } from './breakers.ts';
import type { Candidate, Plan } from './routing.ts';

/** As configured, those whose breaker is open last. The place where scores will decide. */
export function orderCandidates(candidates: readonly Candidate[], breakers: Breakers): readonly Candidate[] {
  if (!candidates.some(breakers.isOpen)) return candidates;
  const closed = candidates.filter((candidate) => !breakers.isOpen(candidate));
  return [...closed, ...candidates.filter(breakers.isOpen)];
}

/** The candidates that policy allows, by their indexes in the plan. */
export function pickAllowed(plan: Plan, indexes: readonly number[]): readonly Candidate[] {
  if (indexes.length === plan.candidates.length) return plan.candidates;
  const wanted = new Set(indexes);
  return plan.candidates.filter((_candidate, index) => wanted.has(index));
}
