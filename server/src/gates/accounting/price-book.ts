/** What is known of a model: the shipped catalogue, overridden by the `prices` of reeve.yaml. */
import { createHash } from 'node:crypto';
import { usdPerMillionToNanos } from '#kernel';
import catalogue from './model-catalogue.json' with { type: 'json' };
import type { Price, Rates } from './price-usage.ts';
import type { PriceEntry } from './prices-config.ts';

/** A provider as the lists know it: overrides go by its own name, the shipped catalogue by the service's. */
export interface ListedProvider {
  name: string;
  /** `null`: the models are its own, and no catalogue knows them. */
  catalogue: string | null;
}

export interface PriceBook {
  /** `null` where no list knows the model. Dated names (`gpt-4o-2024-08-06`) take the price of their family. */
  find(provider: ListedProvider, modelId: string): Price | null;
  /** The entry as the lists have it, in USD; facts that an override does not give come from the catalogue. */
  describe(provider: ListedProvider, modelId: string): PriceEntry | null;
  /** Ids of all models that are listed for one provider: overrides first, each part in the order of its list. */
  listModels(provider: ListedProvider): string[];
  version: string;
  /** Of the shipped list alone. */
  catalogueVersion: string;
}

/** What the lists say of one model at one provider. */
interface Listed {
  price: Price;
  entry: PriceEntry;
}

/** Callers choose model names freely, so what is remembered of each provider is bounded. */
const RECALLED_MAX = 1024;

const DATE_SUFFIX = /-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$/;

const SHIPPED: ReadonlyMap<string, PriceEntry> = new Map(Object.entries(catalogue.models) as [string, PriceEntry][]);

/** `overrides` come from reeve.yaml; they stand before the shipped catalogue. */
export function createPriceBook(overrides: ReadonlyMap<string, PriceEntry>): PriceBook {
  const version = overrides.size === 0 ? catalogue.version : `${catalogue.version}+${fingerprint(overrides)}`;
  const known = new WeakMap<ListedProvider, Map<string, Listed | null>>();
  const look = (provider: ListedProvider, modelId: string): Listed | null => {
    const shipped = search(SHIPPED, provider.catalogue, modelId);
    const entry = search(overrides, provider.name, modelId) ?? shipped;
    if (entry === undefined) return null;
    return { price: toPrice(entry, shipped, version), entry: { ...factsOf(shipped), ...entry } };
  };
  const recall = (provider: ListedProvider, modelId: string): Listed | null => {
    const models = known.get(provider) ?? new Map<string, Listed | null>();
    const recalled = models.get(modelId);
    if (recalled !== undefined) return recalled;
    if (models.size >= RECALLED_MAX) models.clear();
    const listed = look(provider, modelId);
    known.set(provider, models.set(modelId, listed));
    return listed;
  };
  return {
    version,
    catalogueVersion: catalogue.version,
    find: (provider, modelId) => recall(provider, modelId)?.price ?? null,
    describe: (provider, modelId) => recall(provider, modelId)?.entry ?? null,
    listModels(provider) {
      return [...new Set([...modelsOf(overrides, provider.name), ...modelsOf(SHIPPED, provider.catalogue)])];
    },
  };
}

function search(
  list: ReadonlyMap<string, PriceEntry>,
  provider: string | null,
  modelId: string,
): PriceEntry | undefined {
  if (provider === null) return undefined;
  const name = `${provider}/${modelId}`;
  return list.get(name) ?? list.get(name.replace(DATE_SUFFIX, ''));
}

function modelsOf(list: ReadonlyMap<string, PriceEntry>, provider: string | null): string[] {
  const prefix = `${provider}/`;
  return [...list.keys()].flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
}

/** What the catalogue says of a model beside its prices. */
function factsOf(shipped: PriceEntry | undefined): Partial<PriceEntry> {
  if (shipped === undefined) return {};
  const { context_tokens, max_output_tokens, dimensions, kind, takes } = shipped;
  const facts = { context_tokens, max_output_tokens, dimensions, kind, takes };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

function toPrice(entry: PriceEntry, shipped: PriceEntry | undefined, version: string): Price {
  const rates = toRates(entry);
  const { long_context: long } = entry;
  return {
    ...rates,
    cacheWrite1hNanos: entry.cache_write_1h === undefined ? rates.cacheWriteNanos : nanos(entry.cache_write_1h),
    audioInputNanos: nanos(entry.audio_input ?? entry.input),
    audioOutputNanos: nanos(entry.audio_output ?? entry.output),
    searchNanos: nanos((entry.search ?? 0) * 1000),
    longContext: long === undefined ? null : { ...toRates(long), aboveTokens: long.above_tokens },
    maxOutputTokens: entry.max_output_tokens ?? shipped?.max_output_tokens ?? null,
    version,
  };
}

function toRates(entry: Pick<PriceEntry, 'input' | 'output' | 'cached_input' | 'cache_write'>): Rates {
  return {
    inputNanos: nanos(entry.input),
    outputNanos: nanos(entry.output),
    cachedInputNanos: nanos(entry.cached_input ?? entry.input),
    cacheWriteNanos: nanos(entry.cache_write ?? entry.input),
  };
}

const nanos = usdPerMillionToNanos;

/** Names the overrides in the price version, so that a receipt says which list priced it. */
function fingerprint(overrides: ReadonlyMap<string, PriceEntry>): string {
  const sorted = [...overrides].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 12);
}
