/** A member: a person who signs in to the console, in one tenant, with roles. */
import { holdsPermission, type Actor, type KeyId, type MemberId, type TenantId } from '#kernel';
import { ROLES, type RoleName, type Scope as Granted } from '@reeve/contracts';

export type MemberStatus = 'invited' | 'active' | 'suspended';

export interface Member {
  id: MemberId;
  /** Where they belong. An owner of `default` may work in every tenant. */
  tenantId: TenantId;
  /** Lower-case; once in the whole installation. */
  login: string;
  name: string;
  roles: readonly RoleName[];
  status: MemberStatus;
  /** Grows with each change: whoever changes a member says which version they saw. */
  version: number;
  createdAtMs: number;
  createdBy: KeyId | null;
  /** To the minute. */
  lastSeenAtMs: number | null;
}

/** What the roles together permit, `*` alone where one of them is an owner's. */
export function scopesOf(roles: readonly RoleName[]): Set<Granted> {
  const scopes = new Set<Granted>(roles.flatMap((role) => ROLES[role]));
  return scopes.has('*') ? new Set(['*']) : scopes;
}

/** Whether the actor holds everything that these roles permit. */
export function holdsRoles(actor: Actor, roles: readonly RoleName[]): boolean {
  return [...scopesOf(roles)].every((scope) => holdsPermission(actor, scope));
}

export function isOwner({ roles }: Pick<Member, 'roles'>): boolean {
  return roles.includes('OWNER');
}
