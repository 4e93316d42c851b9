/** The door of adapters: the port that every provider speaks through, and the providers of reeve.yaml. */
export type { Attempt, Invocation, ModelAdapter, Provider, UpstreamFailure } from './adapter.ts';
export { parseProviders } from './adapters-config.ts';
export type { AdapterDeps, Adapters } from './create-adapters.ts';
export { createAdapters, VIRTUAL_PROVIDERS } from './create-adapters.ts';
