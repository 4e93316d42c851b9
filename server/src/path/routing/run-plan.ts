/** Walks a plan: an attempt, one more where it makes sense, then the next candidate. */
import type { Invocation, UpstreamFailure } from '#adapters';
import type { Random } from '#kernel';
import { attemptCandidate, type AttemptDeps, type AttemptLog } from './attempt-candidate.ts';
import { describeFallen } from './fit-candidates.ts';
import { judgeFailure, type Verdict } from './judge-failure.ts';
import type { RetryBudget } from './retry-budget.ts';
import { candidateName, type Candidate, type RunRequest, type RunResult } from './routing.ts';
import { wait } from './wait.ts';

export interface RunDeps extends AttemptDeps {
  retryBudget: RetryBudget;
  random: Random;
  /** Told of a provider that refuses this server's credentials. */
  alertRefusal(candidate: Candidate, failure: UpstreamFailure): void;
}

const RUN_RULES = { attemptsPerCandidate: 2, backoffMsMax: 100 } as const;

interface Failed {
  candidate: Candidate;
  failure: UpstreamFailure;
  verdict: Verdict;
}

/**
 * Resolves with the first answer or good frame, or with the failure to report: the last one, except that a provider's
 * own 4xx says more to the caller than a later failure of ours to reach another. Never rejects for what providers do.
 */
export async function runPlan(deps: RunDeps, request: RunRequest): Promise<RunResult> {
  const log: AttemptLog = { attempts: [], spentMs: new Map() };
  const failures: Failed[] = [];
  deps.retryBudget.noteRequest();
  for (const candidate of request.plan.candidates) {
    const outcome = await tryCandidate(deps, request, candidate, log);
    if (!('failure' in outcome)) return conclude(request, candidate, outcome, { log, failures });
    failures.push(outcome);
    if (!outcome.verdict.fallBack) break;
  }
  return concludeFailed(request, { log, failures });
}

async function tryCandidate(
  deps: RunDeps,
  request: RunRequest,
  candidate: Candidate,
  log: AttemptLog,
): Promise<Answered | Failed> {
  for (let attempt = 1; ; attempt += 1) {
    const invocation = await attemptCandidate(deps, request, candidate, log);
    if (invocation.type !== 'failure') return invocation;
    const { failure } = invocation;
    const verdict = judgeFailure(failure);
    if (verdict.alert) deps.alertRefusal(candidate, failure);
    const mayRetry = verdict.retry && attempt < RUN_RULES.attemptsPerCandidate;
    if (!mayRetry || deps.breakers.of(candidate).state() !== 'closed' || !deps.retryBudget.takeRetry()) {
      return { candidate, failure, verdict };
    }
    await wait(deps.clock, deps.random.fraction() * RUN_RULES.backoffMsMax, request.signal);
  }
}

type Answered = Exclude<Invocation, { type: 'failure' }>;

interface Trail {
  log: AttemptLog;
  failures: readonly Failed[];
}

function conclude({ plan }: RunRequest, candidate: Candidate, outcome: Answered, { log, failures }: Trail): RunResult {
  const failed = failures.map((failure) => candidateName(failure.candidate));
  return { ...outcome, candidate, propensityPpm: plan.propensityPpm, attempts: log.attempts, failed };
}

function concludeFailed({ plan, call }: RunRequest, { log, failures }: Trail): RunResult {
  const facts = { type: 'failed' as const, propensityPpm: plan.propensityPpm, attempts: log.attempts };
  const reported = chooseReported(failures);
  if (reported === undefined) {
    return {
      ...facts,
      failed: [],
      candidate: null,
      failure: { ...UNSUPPORTED, message: describeFallen(call.model, plan.fallen ?? []) },
      code: 'unsupported_parameter',
      passThrough: false,
    };
  }
  const { candidate, failure, verdict } = reported;
  const others = failures.filter((other) => other !== reported).map((other) => candidateName(other.candidate));
  const { code, passThrough } = verdict;
  return { ...facts, failed: others, candidate, failure: explain(failure, verdict), code, passThrough };
}

const UNSUPPORTED = { kind: 'unsupported', status: null, retryAfter: null, body: null } as const;

function chooseReported(failures: readonly Failed[]): Failed | undefined {
  const last = failures.at(-1);
  if (last?.failure.kind === 'aborted') return last;
  return (
    failures.findLast(({ verdict }) => verdict.passThrough) ??
    failures.findLast(({ failure }) => failure.kind !== 'unsupported') ??
    last
  );
}

/** A provider's "wrong key" would read as if the caller's own key were wrong. */
function explain(failure: UpstreamFailure, verdict: Verdict): UpstreamFailure {
  if (!verdict.alert) return failure;
  const message = `The provider refused the credentials that this server uses for it (${failure.status}): ${failure.message}`;
  return { ...failure, message };
}
