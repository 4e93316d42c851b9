/** Makes the adapters that the configured providers need. */
import { ADAPTERS, VIRTUAL_ADAPTERS, type AdapterEntry } from './adapters-list.ts';
import type { AdapterDeps, ModelAdapter, Provider } from './adapter.ts';

/** By the name that a provider's entry gives. */
export type Adapters = ReadonlyMap<string, ModelAdapter>;

/** Providers that exist without configuration: they answer in this process and send nothing out. */
export const VIRTUAL_PROVIDERS: readonly Provider[] = Object.keys(VIRTUAL_ADAPTERS).map((name) => ({
  name,
  adapter: name,
  baseUrl: '',
  apiKey: null,
  region: null,
  timeoutMs: 60_000,
  streamUsage: true,
  catalogue: name,
  settings: {},
}));

/** Loads what these providers and the virtual ones name, each module once. Nothing is opened. */
export async function createAdapters(deps: AdapterDeps, providers: readonly Provider[]): Promise<Adapters> {
  const entries: Readonly<Record<string, Pick<AdapterEntry, 'load'>>> = { ...ADAPTERS, ...VIRTUAL_ADAPTERS };
  const names = new Set([...VIRTUAL_PROVIDERS, ...providers].map(({ adapter }) => adapter));
  const adapters = new Map<string, ModelAdapter>();
  for (const name of names) {
    const create = await entries[name]?.load();
    if (create !== undefined) adapters.set(name, create(deps));
  }
  return adapters;
}
