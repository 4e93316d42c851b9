import { candidateName, type RunResult } from '#routing';
import type { CallEnding } from './calls.ts';
import type { Guarded } from './guard.ts';
import { toAnswerHead, type OpenCall } from './open-call.ts';
import { priceOutcome, settle } from './settle.ts';

type Answered = Exclude<RunResult, { type: 'failed' }>;

/** Settles a call that got an answer: one row, which is receipt, settlement and outbox entry. */
export async function commit(call: OpenCall, run: Answered, guarded: Guarded): Promise<CallEnding> {
  const settlement = await settle(call, {
    status: guarded.status,
    candidate: run.candidate,
    usage: guarded.usage,
    ...priceOutcome(call.path, run.candidate, guarded.usage),
    propensityPpm: run.propensityPpm,
    answerHash: guarded.answerHash,
    attempts: run.attempts,
    bytesOut: guarded.bytesOut,
    errorCode: guarded.error?.code ?? null,
    finishReason: guarded.finishReason,
  });
  const head = toAnswerHead(call.facts, candidateName(run.candidate), run.failed);
  if (run.type === 'answer') return { type: 'answered', head, answer: run.answer, usage: guarded.usage, settlement };
  return { type: 'streamed', head, usage: guarded.usage, settlement, error: guarded.error };
}
