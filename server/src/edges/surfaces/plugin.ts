import type { CallPath } from '#calls';
import type { ModulePlugin } from '#kernel';
import { createAnthropicRoutes } from './anthropic/anthropic-routes.ts';
import { createCompletionsRoutes } from './completions/completions-routes.ts';
import { createModerationsRoutes } from './moderations/moderations-routes.ts';
import { createOpenAiRoutes } from './openai/openai-routes.ts';
import { createRerankRoutes } from './rerank/rerank-routes.ts';
import { createResponsesRoutes } from './responses/responses-routes.ts';

const SURFACES = [
  createOpenAiRoutes,
  createResponsesRoutes,
  createAnthropicRoutes,
  createCompletionsRoutes,
  createRerankRoutes,
  createModerationsRoutes,
];

/** The surfaces' contribution: every `/v1` route of this version. */
export function createSurfacesPlugin(path: CallPath): ModulePlugin {
  return { name: 'surfaces', routes: SURFACES.flatMap((createRoutes) => createRoutes(path)) };
}
