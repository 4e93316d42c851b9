import type { Job, ModulePlugin } from '#kernel';
import type { IdentityParts } from './identity-parts.ts';
import { createKeyRoutes } from './key-routes.ts';
import { createMemberRoutes } from './member-routes.ts';
import { createSignInRoutes } from './sign-in-routes.ts';
import { createTenantRoutes } from './tenant-routes.ts';

interface Inputs extends IdentityParts {
  version: string;
  address(): string | null;
  sweep: Job;
}

/** What identity contributes: the routes of keys, tenants, members and the console's sessions. */
export function createIdentityPlugin(inputs: Inputs): ModulePlugin {
  return {
    name: 'identity',
    routes: [
      ...createTenantRoutes(inputs),
      ...createKeyRoutes(inputs),
      ...createSignInRoutes(inputs),
      ...createMemberRoutes(inputs),
    ],
    jobs: [inputs.sweep],
  };
}
