/** What a token costs: the shipped catalogue, overridden by the `prices` of reeve.yaml. */
import { createHash } from 'node:crypto';
import { roundCost, scaledCost, usdPerMillionToNanos, type CostNanos } from '#kernel';
import type { Usage } from '@reeve/contracts';
import catalogue from './price-catalogue.json' with { type: 'json' };
import type { PriceEntry } from './prices-config.ts';

/** Nano-USD per million tokens, and the version of the list that says so. */
export interface Price {
  inputNanos: number;
  cachedInputNanos: number;
  outputNanos: number;
  maxOutputTokens: number | null;
  version: string;
}

/** A provider as the lists know it: overrides go by its own name, the shipped catalogue by the service's. */
export interface ListedProvider {
  name: string;
  /** `null`: the models are its own, and no catalogue knows them. */
  catalogue: string | null;
}

export interface PriceBook {
  /** `null` where no list knows the model. Dated names (`gpt-4o-2024-08-06`) take the price of their family. */
  find(provider: ListedProvider, modelId: string): Price | null;
  /** Ids of all models that are priced for one provider: overrides first, each part in the order of its list. */
  listModels(provider: ListedProvider): string[];
  version: string;
}

const DATE_SUFFIX = /-\d{4}-\d{2}-\d{2}$/;

/** `overrides` come from reeve.yaml; they stand before the shipped catalogue. */
export function createPriceBook(overrides: ReadonlyMap<string, PriceEntry>): PriceBook {
  const version = overrides.size === 0 ? catalogue.version : `${catalogue.version}+${fingerprint(overrides)}`;
  const shipped = toPrices(Object.entries<PriceEntry>(catalogue.models), version);
  const own = toPrices(overrides, version);
  const search = (prices: ReadonlyMap<string, Price>, name: string): Price | undefined =>
    prices.get(name) ?? prices.get(name.replace(DATE_SUFFIX, ''));
  return {
    version,
    find(provider, modelId) {
      const found = search(own, `${provider.name}/${modelId}`);
      if (found !== undefined || provider.catalogue === null) return found ?? null;
      return search(shipped, `${provider.catalogue}/${modelId}`) ?? null;
    },
    listModels({ name, catalogue: listed }) {
      const listedModels = listed === null ? [] : modelsOf(shipped, listed);
      return [...new Set([...modelsOf(own, name), ...listedModels])];
    },
  };
}

function toPrices(entries: Iterable<[string, PriceEntry]>, version: string): Map<string, Price> {
  return new Map([...entries].map(([name, entry]) => [name, toPrice(entry, version)]));
}

function modelsOf(prices: ReadonlyMap<string, Price>, provider: string): string[] {
  const prefix = `${provider}/`;
  return [...prices.keys()].flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
}

/** The exact cost of one call, rounded half up once to whole nano-USD. */
export function priceUsage(usage: Usage, price: Price): CostNanos {
  const cached = Math.min(usage.cachedInputTokens, usage.inputTokens);
  return roundCost(
    scaledCost(usage.inputTokens - cached, price.inputNanos) +
      scaledCost(cached, price.cachedInputNanos) +
      scaledCost(usage.outputTokens, price.outputNanos),
  );
}

function toPrice(entry: PriceEntry, version: string): Price {
  return {
    inputNanos: usdPerMillionToNanos(entry.input),
    cachedInputNanos: usdPerMillionToNanos(entry.cached_input ?? entry.input),
    outputNanos: usdPerMillionToNanos(entry.output),
    maxOutputTokens: entry.max_output_tokens ?? null,
    version,
  };
}

/** Names the overrides in the price version, so that a receipt says which list priced it. */
function fingerprint(overrides: ReadonlyMap<string, PriceEntry>): string {
  const sorted = [...overrides].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 12);
}
