import type { CallDecision } from '#policy';
import type { Plan } from '#routing';
import type { CallPath } from './calls.ts';
import type { Timeline } from './timeline.ts';

/** Orders the candidates that policy allows. */
export function route(path: CallPath, plan: Plan, decision: CallDecision, timeline: Timeline): Plan {
  const startMs = timeline.now();
  const ordered = path.routing.order(plan, decision.allowedCandidates);
  timeline.span('routing_decision', startMs);
  return ordered;
}
