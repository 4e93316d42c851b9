/** The last step of every call that got past admission: one row, which is receipt, settlement and outbox entry. */
import { priceUsage } from '#accounting';
import type { Usage } from '@reeve/contracts';
import type { Candidate } from '#routing';
import type { CallPath, Settlement } from './calls.ts';
import { draftReceipt, type Outcome } from './draft-receipt.ts';
import type { OpenCall } from './open-call.ts';
import { reportCall } from './report-call.ts';

/** Commits the receipt and reports the call to metrics and traces. */
export async function settle(call: OpenCall, outcome: Outcome): Promise<Settlement> {
  const { path, request, facts, timeline } = call;
  const latencyMs = timeline.now() - timeline.startedMs;
  const overheadMs = Math.max(0, latencyMs - timeline.upstreamMs);
  const draft = draftReceipt(request, facts, {
    ...outcome,
    firstByteMs: timeline.firstByteMs,
    latencyMs,
    overheadMs,
  });
  call.settling = true;
  const { hash } = await path.ledger.commit(draft, request.tags);
  const settledMs = timeline.now() - timeline.startedMs - timeline.upstreamMs;
  reportCall(call, draft, settledMs);
  return { hash, costNanos: outcome.costNanos, overheadMs: Math.max(0, settledMs) };
}

/** What the usage costs at the candidate's price; `null` where no list knows the model. */
export function priceOutcome(path: CallPath, candidate: Candidate, usage: Usage) {
  const price = path.prices.find(candidate.provider, candidate.modelId);
  if (price === null) return { costNanos: null, priceVersion: null };
  return { costNanos: priceUsage(usage, price), priceVersion: price.version };
}
