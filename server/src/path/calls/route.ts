import type { Plan } from '#routing';
import type { OpenCall } from './open-call.ts';

/** Orders the candidates that policy allows. */
export function route({ path, facts, timeline }: OpenCall, plan: Plan): Plan {
  const startMs = timeline.now();
  const ordered = path.routing.order(plan, facts.decision.allowedCandidates);
  timeline.span('routing_decision', startMs);
  return ordered;
}
