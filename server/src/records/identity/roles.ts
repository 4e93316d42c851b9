/** A key's scopes may name a role; it is expanded when the key is made. */
import { PERMISSIONS, ROLES, type RoleName, type Scope as Granted } from '@reeve/contracts';

/** What one name of a scope list grants: a permission, `*`, or what a role stands for; `null` when unknown. */
export function expandScope(name: string): readonly Granted[] | null {
  if (isRole(name)) return ROLES[name];
  const granted = (['*', ...PERMISSIONS] as const).find((known) => known === name);
  return granted === undefined ? null : [granted];
}

export function isRole(name: string): name is RoleName {
  return Object.hasOwn(ROLES, name);
}
