/** The words of routing, and the router itself: which candidates a name has, in which order, and how they are tried. */
import type { PriceBook } from '#accounting';
import type { ModelAdapter, Provider } from '#adapters';
import type { Clock, Random } from '#kernel';
import type { Telemetry } from '#platform/telemetry/port.ts';
import { createBreaker, type Breaker } from './circuit-breaker.ts';
import { createCatalogue, type ListedModel } from './model-catalogue.ts';
import { createRetryBudget } from './retry-budget.ts';
import type { ModelAliases } from './routing-config.ts';
import { runPlan, type RunRequest, type RunResult } from './run-plan.ts';

/** One place where a call may go. */
export interface Candidate {
  provider: Provider;
  modelId: string;
}

/** Candidates in the order in which they are tried, and how likely this order was, in parts per million. */
export interface Plan {
  candidates: readonly Candidate[];
  propensityPpm: number;
}

export interface RoutingInputs {
  providers: readonly Provider[];
  models: ModelAliases;
  prices: PriceBook;
  /** Providers that take bare names, because their key stands in the environment. */
  keyedProviders: readonly string[];
  adapters: ReadonlyMap<string, ModelAdapter>;
  clock: Clock;
  random: Random;
  telemetry: Telemetry;
}

export interface Routing {
  /** The candidates of an alias, a `provider/model` or a bare name; `null` where nothing has that name. */
  resolve(model: string): Plan | null;
  /** The allowed candidates (by index), those behind an open breaker last. */
  order(plan: Plan, allowed: readonly number[]): Plan;
  /** Tries the candidates until one gives an answer or the first good frame of a stream. */
  run(request: RunRequest): Promise<RunResult>;
  /** Every name that a listing shows. */
  listModels(): readonly ListedModel[];
}

/** Whole certainty: the order was not drawn. */
export const CERTAIN_PPM = 1_000_000;

/** `provider/model`. */
export function candidateName({ provider, modelId }: Candidate): string {
  return `${provider.name}/${modelId}`;
}

export function createRouting(inputs: RoutingInputs): Routing {
  const catalogue = createCatalogue(inputs);
  const breakers = new Map<string, Breaker>();
  const retryBudget = createRetryBudget();
  const breakerOf = (provider: string): Breaker => {
    let breaker = breakers.get(provider);
    if (breaker === undefined) {
      breaker = createBreaker(inputs.clock, (open) => inputs.telemetry.metrics.breaker(provider, open));
      breakers.set(provider, breaker);
    }
    return breaker;
  };
  const { adapters, clock, random, telemetry } = inputs;
  const runner = { adapters, clock, random, telemetry, retryBudget, breakerOf };
  return {
    resolve: catalogue.resolve,
    listModels: catalogue.list,
    order(plan, allowed) {
      const candidates = plan.candidates.filter((_candidate, index) => allowed.includes(index));
      if (candidates.length < 2) return { ...plan, candidates };
      const isOpen = ({ provider }: Candidate): number => (breakerOf(provider.name).state() === 'open' ? 1 : 0);
      return { ...plan, candidates: candidates.toSorted((a, b) => isOpen(a) - isOpen(b)) };
    },
    run: (request) => runPlan(runner, request),
  };
}
