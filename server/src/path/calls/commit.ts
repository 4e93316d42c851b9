import { priceUsage } from '#accounting';
import type { Candidate, RunResult } from '#routing';
import { candidateName } from '#routing';
import type { CallEnding, CallPath, CallRequest, Settlement } from './calls.ts';
import { draftReceipt, type Outcome } from './draft-receipt.ts';
import { toAnswerHead, type CallFacts } from './facts.ts';
import type { Guarded } from './guard.ts';
import { reportCall } from './report-call.ts';
import type { Timeline } from './timeline.ts';

type Answered = Exclude<RunResult, { type: 'failed' }>;

/** Settles a call that got an answer: one row, which is receipt, settlement and outbox entry. */
export async function commit(
  path: CallPath,
  request: CallRequest,
  facts: CallFacts,
  run: Answered,
  guarded: Guarded,
  timeline: Timeline,
): Promise<CallEnding> {
  const settlement = await settle(path, request, facts, timeline, {
    status: guarded.status,
    candidate: run.candidate,
    usage: guarded.usage,
    ...priceOutcome(path, run.candidate, guarded),
    propensityPpm: run.propensityPpm,
    answerHash: guarded.answerHash,
    attempts: run.attempts,
    bytesOut: guarded.bytesOut,
    errorCode: guarded.error?.code ?? null,
    finishReason: guarded.finishReason,
  });
  const head = toAnswerHead(facts, candidateName(run.candidate), run.failed);
  if (run.type === 'answer') return { type: 'answered', head, answer: run.answer, usage: guarded.usage, settlement };
  return { type: 'streamed', head, usage: guarded.usage, settlement, error: guarded.error };
}

/** Commits the receipt and reports the call to metrics and traces. */
export async function settle(
  path: CallPath,
  request: CallRequest,
  facts: CallFacts,
  timeline: Timeline,
  outcome: Outcome,
): Promise<Settlement> {
  const latencyMs = timeline.now() - timeline.startedMs;
  const overheadMs = Math.max(0, latencyMs - timeline.upstreamMs);
  const draft = draftReceipt(request, facts, {
    ...outcome,
    firstByteMs: timeline.firstByteMs,
    latencyMs,
    overheadMs,
  });
  const { hash } = await path.ledger.commit(draft, request.tags);
  const settledMs = timeline.now() - timeline.startedMs - timeline.upstreamMs;
  reportCall(path, request, draft, timeline, settledMs);
  return { hash, costNanos: outcome.costNanos, overheadMs: Math.max(0, settledMs) };
}

function priceOutcome(path: CallPath, candidate: Candidate, { usage }: Guarded) {
  const price = path.prices.find(candidate.provider.name, candidate.modelId);
  if (price === null) return { costNanos: null, priceVersion: null };
  return { costNanos: priceUsage(usage, price), priceVersion: price.version };
}
