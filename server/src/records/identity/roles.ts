/** Roles are named sets of permissions. A key's scopes may name one; it is expanded when the key is made. */
import { PERMISSIONS, type Scope as Granted } from '@reeve/contracts';

/** Each role over the permissions that exist today; it grows with them, keys made before do not. */
export const ROLES = {
  OWNER: ['*'],
  ADMIN: PERMISSIONS,
  TENANT_ADMIN: [
    'models:invoke',
    'sessions:use',
    'receipts:read',
    'usage:read',
    'keys:manage',
    'members:manage',
    'webhooks:manage',
    'operations:read',
    'settings:read',
  ],
  EDITOR: ['models:invoke', 'sessions:use', 'receipts:read', 'usage:read'],
  VIEWER: ['receipts:read', 'usage:read'],
  /** Views forecasts, which are answers of models. */
  ROLE_AGRONOMIST: ['models:invoke', 'sessions:use'],
  /** Approves changes, and so reads what they rest on. */
  ROLE_MANAGER: ['receipts:read', 'usage:read'],
  /** Forces a rollback, resets a baseline. */
  ROLE_ADMIN: ['receipts:read', 'usage:read'],
} as const satisfies Record<string, readonly Granted[]>;

export type RoleName = keyof typeof ROLES;

/** What one name of a scope list grants: a permission, `*`, or what a role stands for; `null` when unknown. */
export function expandScope(name: string): readonly Granted[] | null {
  if (isRole(name)) return ROLES[name];
  const granted = (['*', ...PERMISSIONS] as const).find((known) => known === name);
  return granted === undefined ? null : [granted];
}

export function isRole(name: string): name is RoleName {
  return Object.hasOwn(ROLES, name);
}
