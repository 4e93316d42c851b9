import type { Breakers } from './breakers.ts';
import type { Candidate, Plan } from './routing.ts';

/**
 * The allowed candidates in the order to try them: as configured, those whose breaker is open last. The place where
 * scores will decide.
 */
export function orderCandidates(plan: Plan, allowedCandidates: readonly number[], breakers: Breakers): Plan {
  const allowed = allowedCandidates.length === plan.candidates.length ? plan.candidates : pick(plan, allowedCandidates);
  if (!allowed.some(breakers.isOpen)) {
    return allowed === plan.candidates ? plan : { ...plan, candidates: allowed };
  }
  const closed = allowed.filter((candidate) => !breakers.isOpen(candidate));
  return { ...plan, candidates: [...closed, ...allowed.filter(breakers.isOpen)] };
}

function pick(plan: Plan, indexes: readonly number[]): Candidate[] {
  const wanted = new Set(indexes);
  return plan.candidates.filter((_candidate, index) => wanted.has(index));
}
