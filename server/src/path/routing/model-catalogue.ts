/** Names of models: aliases first, then `provider/model`, then bare names for providers with a key. */
import type { Provider } from '#adapters';
import { candidateName, CERTAIN_PPM, type Candidate, type Plan, type RoutingInputs } from './routing.ts';
import { BUILT_IN_PROVIDERS } from './routing-config.ts';

export interface ListedModel {
  name: string;
  /** `provider/model` of each candidate. */
  candidates: readonly string[];
  ownedBy: string;
  createdSeconds: number;
}

export interface Catalogue {
  resolve(model: string): Plan | null;
  list(): readonly ListedModel[];
}

/** What answers while no provider is connected. */
const HELLO_ALIAS = 'reeve/hello';
const HELLO_CANDIDATE = 'templates/hello';

export function createCatalogue(inputs: RoutingInputs): Catalogue {
  const served = new Map(inputs.providers.map((provider) => [provider.name, provider]));
  for (const name of BUILT_IN_PROVIDERS) {
    if (!served.has(name) && inputs.adapters.has(name)) served.set(name, builtIn(name));
  }
  const keyed = inputs.keyedProviders.filter((name) => served.has(name));
  const toCandidate = (name: string): Candidate[] => {
    const slash = name.indexOf('/');
    const provider = served.get(name.slice(0, slash));
    return provider === undefined || slash === name.length - 1 ? [] : [{ provider, modelId: name.slice(slash + 1) }];
  };
  const toPlan = (candidates: readonly Candidate[]): Plan | null =>
    candidates.length === 0 ? null : { candidates, propensityPpm: CERTAIN_PPM };

  const plans = new Map<string, Plan>();
  for (const [alias, names] of readAliases(inputs)) {
    const plan = toPlan(names.flatMap(toCandidate));
    if (plan !== null) plans.set(alias, plan);
  }
  const listed = [...plans].map(([alias, plan]) => toListed(alias, plan, inputs));
  for (const provider of keyed) {
    for (const name of inputs.prices.listModels(provider)) {
      const bare = name.slice(provider.length + 1);
      const plan = toPlan(toCandidate(name));
      if (plan !== null && !plans.has(bare)) listed.push(toListed(bare, plan, inputs));
    }
  }
  return {
    resolve(model) {
      const plan = plans.get(model);
      if (plan !== undefined) return plan;
      const named = model.includes('/') ? toPlan(toCandidate(model)) : null;
      return named ?? toPlan(keyed.flatMap((provider) => toCandidate(`${provider}/${model}`)));
    },
    list: () => listed,
  };
}

/** With no provider at all, one alias explains how to connect one. */
function readAliases({ models, providers }: RoutingInputs): Iterable<[string, readonly string[]]> {
  return providers.length > 0 || models.size > 0 ? models : [[HELLO_ALIAS, [HELLO_CANDIDATE]]];
}

function builtIn(name: string): Provider {
  return { name, adapter: name, baseUrl: '', apiKey: null, region: null, timeoutMs: 60_000, streamUsage: false };
}

function toListed(name: string, { candidates }: Plan, { clock }: RoutingInputs): ListedModel {
  return {
    name,
    candidates: candidates.map(candidateName),
    ownedBy: candidates[0]?.provider.name ?? 'reeve',
    createdSeconds: Math.floor(clock.now() / 1000),
  };
}
