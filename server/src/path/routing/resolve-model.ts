import type { PriceBook } from '#accounting';
import { readModelId, VIRTUAL_PROVIDERS, type Provider } from '#adapters';
import type { Clock } from '#kernel';
import { candidateName, CERTAIN_PPM, type Candidate, type Plan, type RoutedModel, type Routing } from './routing.ts';
import { splitName, type ModelAliases } from './routing-config.ts';

interface ResolverDeps {
  providers: readonly Provider[];
  models: ModelAliases;
  prices: PriceBook;
  keyedProviders: readonly string[];
  clock: Clock;
}

/** Answers even where nothing is configured. */
const HELLO_ALIAS = 'reeve/hello';
const HELLO_NAME = 'templates/hello';

/** From the name that a caller uses to a plan: an alias first, then `provider/model`, then a bare name. */
export function createResolver(deps: ResolverDeps): Pick<Routing, 'resolve' | 'describe' | 'listModels'> {
  const providers = new Map(deps.providers.map((provider) => [provider.name, provider]));
  const keyed = deps.keyedProviders.flatMap((name) => providers.get(name) ?? []);
  const aliases = deps.providers.length === 0 ? withHello(deps.models) : deps.models;
  const plans = new Map([...aliases].map(([alias, candidates]) => [alias, toPlan(candidates)]));
  const toRouted = createRouted(deps);
  const listed = listNames(plans, keyed, deps.prices, toRouted);

  const findNamed = (model: string): Candidate | null => {
    const named = splitName(model);
    const provider = named === null ? undefined : providers.get(named.provider);
    return named === null || provider === undefined ? null : toCandidate(provider, named.modelId);
  };
  const findBare = (model: string): Candidate | null => {
    const owner = keyed.find((provider) => deps.prices.find(provider, model) !== null);
    const provider = owner ?? (model.includes('/') ? undefined : keyed[0]);
    return provider === undefined ? null : toCandidate(provider, model);
  };
  const resolve = (model: string): Plan | null => {
    const plan = plans.get(model);
    if (plan !== undefined) return plan;
    const candidate = findNamed(model) ?? findBare(model);
    return candidate === null ? null : toPlan([candidate]);
  };
  return {
    resolve,
    describe(name) {
      const plan = resolve(name);
      if (plan === null) return null;
      const model = toRouted(name, plan.candidates);
      // Any bare name is tried at the provider of the key: that it is a model's, only the lists can say.
      const isGuess = !plans.has(name) && !name.includes('/') && model.facts[0] === null;
      return isGuess ? null : model;
    },
    listModels: () => listed,
  };
}

function toCandidate(provider: Provider, name: string): Candidate | null {
  const modelId = readModelId(provider, name);
  return modelId === null ? null : { provider, modelId };
}

function toPlan(candidates: readonly Candidate[]): Plan {
  return { candidates, propensityPpm: CERTAIN_PPM };
}

function withHello(models: ModelAliases): ModelAliases {
  const named = splitName(HELLO_NAME);
  const provider = VIRTUAL_PROVIDERS.find(({ name }) => name === named?.provider);
  if (named === null || provider === undefined) return models;
  return new Map([[HELLO_ALIAS, [{ provider, modelId: named.modelId }]], ...models]);
}

type ToRouted = (name: string, candidates: readonly Candidate[]) => RoutedModel;

function createRouted({ prices, clock }: ResolverDeps): ToRouted {
  const createdSeconds = Math.floor(clock.now() / 1000);
  return (name, candidates) => ({
    name,
    candidates: candidates.map(candidateName),
    createdSeconds,
    ownedBy: candidates[0]?.provider.name ?? '',
    facts: candidates.map(({ provider, modelId }) => prices.describe(provider, modelId)),
  });
}

function listNames(
  plans: ReadonlyMap<string, Plan>,
  keyed: readonly Provider[],
  prices: PriceBook,
  toRouted: ToRouted,
): RoutedModel[] {
  const names = new Map<string, RoutedModel>();
  for (const [name, { candidates }] of plans) names.set(name, toRouted(name, candidates));
  for (const provider of keyed) {
    for (const name of prices.listModels(provider)) {
      if (!names.has(name)) names.set(name, toRouted(name, [{ provider, modelId: name }]));
    }
  }
  return [...names.values()];
}
