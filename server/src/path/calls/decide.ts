import { decideCall, type CallDecision } from '#policy';
import { candidateName, type Plan } from '#routing';
import type { CallRequest } from './calls.ts';
import type { Timeline } from './timeline.ts';

/** May this call be made, and to which candidates may it leave. */
export function decide(request: CallRequest, plan: Plan, timeline: Timeline): CallDecision {
  const startMs = timeline.now();
  const decision = decideCall(request.scope, {
    kind: request.call.kind,
    requestedModel: request.call.model,
    candidates: plan.candidates.map(candidateName),
  });
  timeline.span('policy', startMs);
  return decision;
}
