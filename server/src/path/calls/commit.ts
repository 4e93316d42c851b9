import { candidateName, type RunResult } from '#routing';
import type { CallEnding, CallPath, CallRequest } from './calls.ts';
import { toAnswerHead, type CallFacts } from './facts.ts';
import type { Guarded } from './guard.ts';
import { priceOutcome, settle } from './settle.ts';
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
    ...priceOutcome(path, run.candidate, guarded.usage),
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
