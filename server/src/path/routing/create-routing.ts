import type { PriceBook } from '#accounting';
import type { Adapters, Provider, UpstreamFailure } from '#adapters';
import type { Clock, Random } from '#kernel';
import type { Log, Telemetry } from '#platform/telemetry/port.ts';
import { createBreakers } from './breakers.ts';
import { fitCandidates } from './fit-candidates.ts';
import { createModelLimits } from './model-limits.ts';
import { orderCandidates, pickAllowed } from './order-candidates.ts';
import { createResolver } from './resolve-model.ts';
import { createRetryBudget } from './retry-budget.ts';
import type { Candidate, Plan, Routing } from './routing.ts';
import type { ModelAliases } from './routing-config.ts';
import { runPlan } from './run-plan.ts';

export interface RoutingDeps {
  providers: readonly Provider[];
  models: ModelAliases;
  prices: PriceBook;
  /** Names of providers whose key stands in the environment: bare model names go to them. */
  keyedProviders: readonly string[];
  adapters: Adapters;
  clock: Clock;
  random: Random;
  telemetry: Telemetry;
}

/** Routing over what reeve.yaml and the environment configure. Holds state per process: breakers and a retry budget. */
export function createRouting(deps: RoutingDeps): Routing {
  const { adapters, clock, random } = deps;
  const { metrics, log } = deps.telemetry;
  const resolver = createResolver(deps);
  const breakers = createBreakers(clock, metrics);
  const retryBudget = createRetryBudget(clock);
  const findLimits = createModelLimits(deps.prices);
  const alertRefusal = createRefusalAlert(clock, log);
  const runDeps = { adapters, breakers, retryBudget, clock, random, metrics, log, alertRefusal };
  return {
    resolve: resolver.resolve,
    describe: resolver.describe,
    listModels: resolver.listModels,
    order(plan, allowedCandidates, call): Plan {
      const allowed = pickAllowed(plan, allowedCandidates);
      const { candidates: fit, fallen } = fitCandidates(allowed, call, adapters, findLimits);
      const candidates = orderCandidates(fit, breakers);
      return candidates === plan.candidates ? plan : { ...plan, candidates, fallen };
    },
    noteBreak(candidate) {
      const breaker = breakers.of(candidate);
      const ticket = breaker.enter();
      if (ticket !== null) breaker.fail(ticket, 'broken-stream');
    },
    run: (request) => runPlan(runDeps, request),
    listOpenBreakers: breakers.listOpen,
  };
}

const ALERT_INTERVAL_MS = 60_000;

/** Warns once a minute for each provider: a wrong key fails every call in the same way. */
function createRefusalAlert(clock: Clock, log: Log) {
  const nextMs = new Map<string, number>();
  return ({ provider, modelId }: Candidate, failure: UpstreamFailure): void => {
    const nowMs = clock.monotonicMs();
    if (nowMs < (nextMs.get(provider.name) ?? 0)) return;
    nextMs.set(provider.name, nowMs + ALERT_INTERVAL_MS);
    log.warn(
      { alert: 'upstream_refused', provider: provider.name, model: modelId, status: failure.status },
      `the provider ${provider.name} refuses the credentials that this server uses for it`,
    );
  };
}
