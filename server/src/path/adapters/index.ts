/** The door of adapters: the port that every provider speaks through, and the providers of reeve.yaml. */
export type { AdapterDeps, Attempt, Invocation, ModelAdapter, Provider, UpstreamFailure } from './adapter.ts';
export { parseProviders } from './adapters-config.ts';
export type { Adapters } from './create-adapters.ts';
export { ADAPTERS, KEY_VARIABLES } from './adapters-list.ts';
export { createAdapters, VIRTUAL_PROVIDERS } from './create-adapters.ts';
export { findInwardMedia } from './find-inward-media.ts';
export { nameOnce, readModelId } from './read-model-id.ts';
export { findMisfit } from './find-misfit.ts';
export { findUncarried } from './find-uncarried.ts';
export type { Feature } from './features.ts';
export { findNeeds } from './features.ts';
