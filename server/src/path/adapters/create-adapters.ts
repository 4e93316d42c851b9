/** Every adapter by its name; adding one is a line here. */
import type { Clock } from '#kernel';
import type { HttpClient } from '#platform/http-client/port.ts';
import type { ModelAdapter, Provider } from './adapter.ts';
import { createOpenAiAdapter } from './openai/index.ts';
import { createTemplatesAdapter } from './templates/index.ts';

export interface AdapterDeps {
  httpClient: HttpClient;
  clock: Clock;
}

export type Adapters = ReadonlyMap<string, ModelAdapter>;

const WIRED: Readonly<Record<string, (deps: AdapterDeps) => ModelAdapter>> = {
  openai: createOpenAiAdapter,
};

const VIRTUAL: Readonly<Record<string, (deps: AdapterDeps) => ModelAdapter>> = {
  templates: createTemplatesAdapter,
};

/** Names that a provider of reeve.yaml may give as its `adapter`. */
export const WIRED_ADAPTERS: readonly string[] = Object.keys(WIRED);

/** Providers that exist without configuration: they answer in this process and send nothing out. */
export const VIRTUAL_PROVIDERS: readonly Provider[] = Object.keys(VIRTUAL).map((name) => ({
  name,
  adapter: name,
  baseUrl: '',
  apiKey: null,
  region: null,
  timeoutMs: 60_000,
  streamUsage: true,
}));

/** Makes one adapter of each kind; an adapter serves any number of providers. Nothing is opened. */
export function createAdapters(deps: AdapterDeps): Adapters {
  return new Map(Object.entries({ ...WIRED, ...VIRTUAL }).map(([name, create]) => [name, create(deps)]));
}
