/** Members as those who manage them change them. Nobody grants more than they hold, nor touches who may do more. */
import type { RoleName } from '@reeve/contracts';
import type { MemberId, Scope, TenantId } from '#kernel';
import type { Tx } from '#platform/database/port.ts';
import { endConsoleKeys } from './console-key.ts';
import { ownsInstallation } from './create-key.ts';
import {
  lastOwner,
  limitedMaker,
  loginTaken,
  memberAboveActor,
  memberChanged,
  memberSuspended,
  rolesNotHeld,
  unknownMember,
  unknownTenant,
} from './identity-errors.ts';
import { memberNoted } from './identity-events.ts';
import type { IdentityParts } from './identity-parts.ts';
import { findKey } from './key-store.ts';
import { holdsRoles, isOwner, type Member } from './member.ts';
import {
  deleteMember,
  findOwners,
  insertMember,
  lockMember,
  lockOwnership,
  updateMember,
  type MemberChange,
} from './member-store.ts';
import { deleteLinksOf, deleteSessionsOf } from './session-store.ts';
import { storeLink, type SignInLink } from './sign-in-link.ts';
import { hasTenant } from './tenant-store.ts';

export interface MemberWish {
  login: string;
  name: string;
  roles: readonly RoleName[];
  /** Another tenant than the actor's is for the owner of `default` only. */
  tenantId: TenantId | null;
}

/**
 * Stores a new member with a link to sign in by. Throws `AppError`: `policy_denied` for roles beyond the actor's own,
 * `conflict` for a login name that is taken, `not_found` for a tenant that is not the actor's to use.
 */
export async function inviteMember(
  parts: IdentityParts,
  scope: Scope,
  wish: MemberWish,
): Promise<{ member: Member; link: SignInLink }> {
  const tenantId = wish.tenantId ?? scope.tenantId;
  if (tenantId !== scope.tenantId && !ownsInstallation(scope)) throw unknownTenant();
  if (!holdsRoles(scope.actor, wish.roles)) throw rolesNotHeld();
  await assertUnlimited(parts, scope);
  const member: Member = {
    id: parts.ids.next('member'),
    tenantId,
    login: wish.login,
    name: wish.name,
    roles: wish.roles,
    status: 'invited',
    version: 1,
    createdAtMs: parts.clock.now(),
    createdBy: scope.actor.keyId,
    lastSeenAtMs: null,
  };
  return parts.database.asRole('operator', async (tx) => {
    if (!(await hasTenant(tx, tenantId))) throw unknownTenant();
    if (!(await insertMember(tx, member))) throw loginTaken();
    await parts.events.append(tx, memberNoted('invited', member, scope));
    return { member, link: await storeLink(tx, parts, member.id) };
  });
}

/**
 * Changes a member as the actor saw them. A suspended one is signed out everywhere, at once. Throws `AppError`:
 * `not_found`, `policy_denied`, and `conflict` where the member has another version by now or is the last owner.
 */
export function changeMember(
  parts: IdentityParts,
  scope: Scope,
  { id, version, change }: { id: MemberId; version: number; change: MemberChange },
): Promise<Member> {
  return withMember(parts, scope, id, async (tx, member) => {
    if (member.version !== version) throw memberChanged();
    if (change.roles !== undefined && !holdsRoles(scope.actor, change.roles)) throw rolesNotHeld();
    const changed = await updateMember(tx, id, change);
    if (isOwner(member) && (changed.status === 'suspended' || !isOwner(changed))) await assertOwnerLeft(tx, member);
    if (changed.status === 'suspended') await signOutEverywhere(tx, id);
    await parts.events.append(tx, memberNoted('changed', changed, scope));
    return changed;
  });
}

/** Removes a member with all that is known of the person; receipts keep the pseudonym. Throws as `changeMember` does. */
export function removeMember(
  parts: IdentityParts,
  scope: Scope,
  { id, version }: { id: MemberId; version: number | null },
): Promise<void> {
  return withMember(parts, scope, id, async (tx, member) => {
    if (version !== null && member.version !== version) throw memberChanged();
    await endConsoleKeys(tx, parts, id);
    await deleteMember(tx, id);
    if (isOwner(member)) await assertOwnerLeft(tx, member);
    await parts.events.append(tx, memberNoted('removed', member, scope));
  });
}

/**
 * Makes a fresh link for a member whom the actor manages; earlier ones open nothing from now on. Throws `AppError`:
 * `not_found`, `policy_denied` for a member who may do more than the actor, `conflict` for a suspended one.
 */
export function makeSignInLink(parts: IdentityParts, scope: Scope, id: MemberId): Promise<SignInLink> {
  return withMember(parts, scope, id, async (tx, member) => {
    if (member.status === 'suspended') throw memberSuspended();
    await parts.events.append(tx, memberNoted('link-made', member, scope));
    return storeLink(tx, parts, member.id);
  });
}

/**
 * A transaction over a member whom the actor may manage: of its tenant, or any for the owner of `default`, and nobody who
 * may do more than the actor. The member is held until it ends.
 */
async function withMember<T>(
  parts: IdentityParts,
  scope: Scope,
  id: MemberId,
  work: (tx: Tx, member: Member) => Promise<T>,
): Promise<T> {
  await assertUnlimited(parts, scope);
  return parts.database.asRole('operator', async (tx) => {
    await lockOwnership(tx);
    const member = await lockMember(tx, id);
    if (member === null || !(member.tenantId === scope.tenantId || ownsInstallation(scope))) throw unknownMember();
    if (!holdsRoles(scope.actor, member.roles)) throw memberAboveActor();
    return work(tx, member);
  });
}

async function signOutEverywhere(tx: Tx, id: MemberId): Promise<void> {
  await deleteSessionsOf(tx, id);
  await deleteLinksOf(tx, id);
}

/** Called after the change: what stands then must still have an owner. */
async function assertOwnerLeft(tx: Tx, { tenantId }: Member): Promise<void> {
  if ((await findOwners(tx, tenantId)).length === 0) throw lastOwner();
}

/** A member ends with no key and calls every model: a key that is bound would grant more than it holds. */
async function assertUnlimited({ database }: IdentityParts, scope: Scope): Promise<void> {
  const { keyId, models } = scope.actor;
  if (models !== null) throw limitedMaker();
  if (keyId === null) return;
  const key = await database.forTenant(scope, (tx) => findKey(tx, keyId));
  if (key?.expiresAtMs !== null) throw limitedMaker();
}
