import type { Plan } from '#routing';
import type { OpenCall } from './open-call.ts';

/** Orders the candidates that policy allows and that can carry the call. */
export function route({ path, request, facts, timeline }: OpenCall, plan: Plan): Plan {
  const startMs = timeline.now();
  const ordered = path.routing.order(plan, facts.decision.allowedCandidates, request.call);
  timeline.span('routing_decision', startMs);
  return ordered;
}
