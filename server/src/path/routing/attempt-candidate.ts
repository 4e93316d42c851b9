import { estimateInputTokens } from '#accounting';
import { findMisfit, type Adapters, type Invocation, type UpstreamFailure } from '#adapters';
import type { Clock } from '#kernel';
import type { Log, Metrics } from '#platform/telemetry/port.ts';
import type { Breakers } from './breakers.ts';
import { judgeFailure, type Verdict } from './judge-failure.ts';
import type { Call, Usage } from '@reeve/contracts';
import { candidateName, type Attempted, type Candidate, type RunRequest } from './routing.ts';

export interface AttemptDeps {
  adapters: Adapters;
  breakers: Breakers;
  clock: Clock;
  metrics: Pick<Metrics, 'attempt'>;
  log: Pick<Log, 'warn'>;
}

/** What a run's attempts leave behind. */
export interface AttemptLog {
  attempts: Attempted[];
  /** Ms that failed attempts took, by provider. */
  spentMs: Map<string, number>;
}

/** One attempt behind the breaker, within what is left of the provider's time. What was not tried is a failure too. */
export async function attemptCandidate(
  deps: AttemptDeps,
  { call, signal }: RunRequest,
  candidate: Candidate,
  log: AttemptLog,
): Promise<Invocation> {
  const { provider, modelId } = candidate;
  const startMs = deps.clock.monotonicMs();
  const spentMs = log.spentMs.get(provider.name) ?? 0;
  const settle = (invocation: Invocation, outcome = describeOutcome(invocation)): Invocation => {
    const latencyMs = deps.clock.monotonicMs() - startMs;
    log.attempts.push({ provider: provider.name, modelId, outcome, latencyMs });
    deps.metrics.attempt(provider.name, outcome);
    if (invocation.type === 'failure') log.spentMs.set(provider.name, spentMs + latencyMs);
    return invocation;
  };

  if (signal.aborted) return fail('aborted', 'The caller went away.');
  const adapter = deps.adapters.get(provider.adapter);
  if (call.kind === 'count' && adapter?.carries.count === undefined) return settle(estimateCount(call));
  if (adapter?.carries[call.kind] === undefined) {
    return settle(fail('unsupported', `${candidateName(candidate)} takes no calls of kind "${call.kind}".`));
  }
  const timeoutMs = provider.timeoutMs - spentMs;
  if (timeoutMs < 1) return settle(fail('timeout', 'Earlier attempts took all the time that this provider has.'));
  const breaker = deps.breakers.of(candidate);
  const ticket = breaker.enter();
  if (ticket === null) return settle(fail('connect', BREAKER_OPEN), 'breaker-open');
  let lesson: Verdict['breaker'] = 'release';
  let outcome = '';
  try {
    const invocation = refuseMisfit(call, await adapter.invoke({ call, provider, modelId, timeoutMs, signal }));
    outcome = describeOutcome(invocation);
    lesson = invocation.type === 'failure' ? judgeFailure(invocation.failure).breaker : 'succeed';
    if (invocation.type === 'failure' && lesson === 'fail') warn(deps.log, candidate, invocation.failure);
    return settle(invocation, outcome);
  } finally {
    breaker[lesson](ticket, outcome);
  }
}

function refuseMisfit(call: Call, invocation: Invocation): Invocation {
  const misfit = invocation.type === 'answer' ? findMisfit(call, invocation.answer.parts) : null;
  return misfit === null ? invocation : fail('invalid', misfit);
}

const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, estimated: false };

/** For providers that cannot count: the answer says that it is an estimate, and counting costs nothing. */
function estimateCount(call: Call): Invocation {
  const parts = [{ type: 'count' as const, index: 0, inputTokens: estimateInputTokens(call), estimated: true }];
  return { type: 'answer', answer: { kind: 'count', model: null, parts, usage: NO_USAGE } };
}

const BREAKER_OPEN = 'The provider failed again and again; it is left alone for a few seconds.';

function fail(kind: 'invalid' | 'aborted' | 'unsupported' | 'timeout' | 'connect', message: string): Invocation {
  return { type: 'failure', failure: { kind, status: null, message, retryAfter: null, body: null } };
}

/** The breaker keeps these lines few: a provider that stays down is soon asked no more. */
function warn(log: AttemptDeps['log'], { provider, modelId }: Candidate, failure: UpstreamFailure): void {
  const { message, detail } = failure;
  log.warn(
    { provider: provider.name, model: modelId, outcome: describeFailure(failure), reason: message, detail },
    `an attempt on the provider ${provider.name} failed`,
  );
}

function describeOutcome(invocation: Invocation): string {
  return invocation.type === 'failure' ? describeFailure(invocation.failure) : 'ok';
}

function describeFailure({ kind, status }: UpstreamFailure): string {
  return kind === 'status' ? `status-${status}` : kind;
}
