/** The door of routing: names to candidates, candidates to an answer. */
export { createRouting, type RoutingDeps } from './create-routing.ts';
export type { Attempted, Candidate, Plan, RoutedModel, Routing, RunRequest, RunResult } from './routing.ts';
export { candidateName } from './routing.ts';
export { createRoutingPlugin } from './plugin.ts';
export type { ModelAliases } from './routing-config.ts';
export { parseModels } from './routing-config.ts';
