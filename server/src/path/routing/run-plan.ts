/** Tries a plan: one attempt and at most one more for each candidate, then the next, never after the first byte. */
import type { Answer, AnswerFrame, Call, ErrorCode } from '@reeve/contracts';
import type { ModelAdapter, UpstreamFailure } from '#adapters';
import type { Clock, Random } from '#kernel';
import type { Telemetry } from '#platform/telemetry/port.ts';
import type { Breaker } from './circuit-breaker.ts';
import { countsAgainstProvider, isRetryable, toErrorCode, toOutcome, triesNext } from './failure-rules.ts';
import type { RetryBudget } from './retry-budget.ts';
import { candidateName, type Candidate, type Plan } from './routing.ts';

export interface RunRequest {
  plan: Plan;
  call: Call;
  signal: AbortSignal;
}

/** One attempt, for the receipt. */
export interface Attempted {
  provider: string;
  modelId: string;
  /** `ok`, or what went wrong in one word. */
  outcome: string;
  latencyMs: number;
}

interface RunFacts {
  attempts: readonly Attempted[];
  /** `provider/model` of candidates that failed. */
  failed: readonly string[];
  propensityPpm: number;
}

export type RunResult =
  | (RunFacts & { type: 'answer'; candidate: Candidate; answer: Answer })
  | (RunFacts & { type: 'stream'; candidate: Candidate; frames: AsyncIterable<AnswerFrame> })
  | (RunFacts & {
      type: 'failed';
      candidate: Candidate | null;
      failure: UpstreamFailure;
      code: ErrorCode;
      /** The provider's own 4xx goes to the caller with its status and body. */
      passThrough: boolean;
    });

export interface Runner {
  adapters: ReadonlyMap<string, ModelAdapter>;
  clock: Clock;
  random: Random;
  telemetry: Telemetry;
  retryBudget: RetryBudget;
  breakerOf(provider: string): Breaker;
}

type Tried = { type: 'passed'; result: RunResult } | { type: 'failed'; failure: UpstreamFailure };

const BACKOFF_MS_MAX = 100;
const ATTEMPTS_PER_CANDIDATE = 2;

export async function runPlan(runner: Runner, request: RunRequest): Promise<RunResult> {
  const attempts: Attempted[] = [];
  const failed: string[] = [];
  const facts = { attempts, failed, propensityPpm: request.plan.propensityPpm };
  let last: { candidate: Candidate; failure: UpstreamFailure } | null = null;
  runner.retryBudget.earn();
  for (const candidate of request.plan.candidates) {
    const tried = await tryCandidate(runner, request, candidate, facts, attempts);
    if (tried.type === 'passed') return tried.result;
    failed.push(candidateName(candidate));
    last = { candidate, failure: tried.failure };
    if (!triesNext(tried.failure) || request.signal.aborted) break;
  }
  const failure = last?.failure ?? NO_CANDIDATE;
  const { code, passThrough } = toErrorCode(failure);
  return { ...facts, type: 'failed', candidate: last?.candidate ?? null, failure, code, passThrough };
}

async function tryCandidate(
  runner: Runner,
  request: RunRequest,
  candidate: Candidate,
  facts: RunFacts,
  attempts: Attempted[],
): Promise<Tried> {
  const { provider, modelId } = candidate;
  const adapter = runner.adapters.get(provider.adapter);
  if (adapter === undefined) return { type: 'failed', failure: unsupported(candidate) };
  const breaker = runner.breakerOf(provider.name);
  const deadlineMs = runner.clock.monotonicMs() + provider.timeoutMs;
  let failure = BREAKER_OPEN;
  for (let number = 1; number <= ATTEMPTS_PER_CANDIDATE; number += 1) {
    if (!breaker.tryPass()) return { type: 'failed', failure: number === 1 ? BREAKER_OPEN : failure };
    const startMs = runner.clock.monotonicMs();
    const { call, signal } = request;
    const timeoutMs = Math.max(1, deadlineMs - startMs);
    const invocation = await adapter.invoke({ call, provider, modelId, timeoutMs, signal });
    const outcome = invocation.type === 'failure' ? toOutcome(invocation.failure) : 'ok';
    attempts.push({ provider: provider.name, modelId, outcome, latencyMs: runner.clock.monotonicMs() - startMs });
    runner.telemetry.metrics.attempt(provider.name, outcome);
    if (invocation.type !== 'failure') {
      breaker.succeeded();
      return { type: 'passed', result: { ...facts, ...invocation, candidate } };
    }
    failure = invocation.failure;
    noteFailure(runner, breaker, candidate, failure);
    const mayRetry = number < ATTEMPTS_PER_CANDIDATE && isRetryable(failure) && !signal.aborted;
    if (!mayRetry || runner.clock.monotonicMs() >= deadlineMs || !runner.retryBudget.spend()) break;
    await backOff(runner, deadlineMs);
  }
  return { type: 'failed', failure };
}

function noteFailure(runner: Runner, breaker: Breaker, candidate: Candidate, failure: UpstreamFailure): void {
  if (countsAgainstProvider(failure)) breaker.failed();
  else breaker.abandoned();
  const { log } = runner.telemetry;
  const fields = { provider: candidate.provider.name, model: candidate.modelId, status: failure.status };
  if (toErrorCode(failure).code === 'upstream_refused') {
    log.error({ ...fields, alert: 'upstream_refused' }, 'the provider refuses our credentials');
  } else log.debug({ ...fields, outcome: toOutcome(failure) }, 'an attempt failed');
}

function backOff({ clock, random }: Runner, deadlineMs: number): Promise<void> {
  const delayMs = Math.min(random.fraction() * BACKOFF_MS_MAX, deadlineMs - clock.monotonicMs());
  return new Promise((resolve) => void clock.after(Math.max(0, delayMs), resolve));
}

const BASE: UpstreamFailure = { kind: 'connect', status: null, message: '', retryAfter: null, body: null };
const NO_CANDIDATE: UpstreamFailure = { ...BASE, kind: 'unsupported', message: 'No candidate can take this call.' };
const BREAKER_OPEN: UpstreamFailure = {
  ...BASE,
  kind: 'breaker',
  message: 'The provider failed repeatedly and is left alone for a few seconds.',
};

function unsupported({ provider }: Candidate): UpstreamFailure {
  return { ...BASE, kind: 'unsupported', message: `This version has no adapter "${provider.adapter}".` };
}
