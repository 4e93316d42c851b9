import type { CallPath } from '#calls';
import type { ModulePlugin } from '#kernel';
import { createOpenAiRoutes } from './openai/openai-routes.ts';
import { createResponsesRoutes } from './responses/responses-routes.ts';

/** The surfaces' contribution: every `/v1` route of this version. */
export function createSurfacesPlugin(path: CallPath): ModulePlugin {
  return { name: 'surfaces', routes: [...createOpenAiRoutes(path), ...createResponsesRoutes(path)] };
}
