/** The door of routing: where a call may go, and how its candidates are tried. */
export type { ListedModel } from './model-catalogue.ts';
export type { Candidate, Plan, Routing, RoutingInputs } from './routing.ts';
export { candidateName, createRouting } from './routing.ts';
export type { ModelAliases } from './routing-config.ts';
export { parseModels } from './routing-config.ts';
export type { Attempted, RunRequest, RunResult } from './run-plan.ts';
