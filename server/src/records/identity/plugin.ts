import type { ModulePlugin } from '#kernel';
import type { IdentityParts } from './identity-parts.ts';
import { createKeyRoutes } from './key-routes.ts';
import { createTenantRoutes } from './tenant-routes.ts';

/** What identity contributes: the routes of keys and tenants. */
export function createIdentityPlugin(parts: IdentityParts): ModulePlugin {
  return { name: 'identity', routes: [...createTenantRoutes(parts), ...createKeyRoutes(parts)] };
}
