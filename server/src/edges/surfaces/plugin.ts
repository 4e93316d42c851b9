import type { CallPath } from '#calls';
import type { ModulePlugin } from '#kernel';
import { createAnthropicRoutes } from './anthropic/anthropic-routes.ts';
import { createOpenAiRoutes } from './openai/openai-routes.ts';
import { createResponsesRoutes } from './responses/responses-routes.ts';

/** The surfaces' contribution: every `/v1` route of this version. */
export function createSurfacesPlugin(path: CallPath): ModulePlugin {
  const routes = [...createOpenAiRoutes(path), ...createResponsesRoutes(path), ...createAnthropicRoutes(path)];
  return { name: 'surfaces', routes };
}
