import type { Usage } from '@reeve/contracts';
import type { UpstreamFailure } from '#adapters';
import { AppError, toAppError, type Scope } from '#kernel';
import { candidateName, type RunResult } from '#routing';
import type { CallEnding, Rejection } from './calls.ts';
import { estimateUsage } from './guard.ts';
import { toAnswerHead, type OpenCall, type Spent } from './open-call.ts';
import { priceOutcome, settle } from './settle.ts';
import { whyGivenUp } from './why-given-up.ts';

const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, estimated: false };

/** A policy said no: the receipt says which, and nothing left the house. */
export async function deny(call: OpenCall): Promise<CallEnding> {
  const { path, facts } = call;
  await settle(call, {
    status: 'denied',
    candidate: null,
    usage: NO_USAGE,
    costNanos: 0,
    priceVersion: null,
    propensityPpm: 0,
    errorCode: 'policy_denied',
  });
  path.telemetry.metrics.policyDenied();
  const { reason, policies } = facts.decision;
  const message = `${reason ?? 'A policy denies this request.'} (decided by ${policies.join(', ')})`;
  const error = new AppError('policy_denied', { message, param: 'model' });
  return { type: 'refused', head: toAnswerHead(facts, null, []), error, upstream: null };
}

/**
 * No candidate gave an answer: the receipt names the failure. Nothing is booked, unless the caller went away, or the call
 * was given up, while a provider worked: that provider has read the input.
 */
export async function failBeforeAnswer(
  call: OpenCall,
  run: Extract<RunResult, { type: 'failed' }>,
): Promise<CallEnding> {
  const { path, request, facts } = call;
  const { failure, candidate } = run;
  const aborted = failure.kind === 'aborted';
  const givenUp = aborted ? whyGivenUp(request.signal) : null;
  const used = aborted && candidate !== null && run.attempts.length > 0 ? candidate : null;
  const usage = used === null ? NO_USAGE : estimateUsage(request.call, 0);
  await settle(call, {
    status: aborted && givenUp === null ? 'aborted' : 'failed',
    candidate,
    usage,
    ...(used === null ? { costNanos: 0, priceVersion: null } : priceOutcome(path, used, usage)),
    propensityPpm: run.propensityPpm,
    attempts: run.attempts,
    // As with a stream: whoever hangs up is at no fault.
    errorCode: aborted ? (givenUp?.code ?? null) : run.code,
  });
  const head = toAnswerHead(facts, candidate === null ? null : candidateName(candidate), run.failed);
  const retryAfterSeconds = toSeconds(failure.retryAfter, path.clock.now());
  const error =
    givenUp ??
    new AppError(run.code, {
      message: failure.message,
      ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
    });
  return { type: 'refused', head, error, upstream: run.passThrough ? toRejection(failure) : null };
}

/**
 * A fault of ours in the middle of a call: it is logged, and ends in a receipt like every other. What the provider did
 * until then is booked.
 */
export async function settleFault(call: OpenCall, fault: unknown): Promise<CallEnding> {
  const { path, request, facts, spent } = call;
  const error = toAppError(fault);
  if (error.code === 'internal_error') path.telemetry.log.error(faultFields(request.scope, error), 'call failed');
  const usage = spent?.usage ?? NO_USAGE;
  const settlement = await settle(call, {
    status: 'failed',
    ...(spent === null ? NOTHING_SPENT : toSpending(call, spent)),
    usage,
    errorCode: error.code,
  });
  const head = toAnswerHead(facts, spent === null ? null : candidateName(spent.run.candidate), []);
  if (spent?.run.type === 'stream') return { type: 'streamed', head, usage, settlement, error };
  return { type: 'refused', head, error, upstream: null };
}

const NOTHING_SPENT = { candidate: null, costNanos: 0, priceVersion: null, propensityPpm: 0 } as const;

function toSpending({ path }: OpenCall, { run, usage, bytesOut }: Spent) {
  const { candidate, propensityPpm, attempts } = run;
  return { candidate, ...priceOutcome(path, candidate, usage), propensityPpm, attempts, bytesOut };
}

function faultFields({ requestId, tenantId, trace }: Scope, error: AppError) {
  return { request_id: requestId, tenant_id: tenantId, trace_id: trace.traceId, error: error.cause };
}

/** Of a `retry-after`: whole seconds, or a date. */
function toSeconds(retryAfter: string | null, nowMs: number): number | null {
  if (retryAfter === null) return null;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter);
  const dateMs = Date.parse(retryAfter);
  return Number.isNaN(dateMs) ? null : Math.max(0, Math.ceil((dateMs - nowMs) / 1000));
}

function toRejection({ status, retryAfter, body }: UpstreamFailure): Rejection | null {
  return status === null ? null : { status, retryAfter, body };
}
