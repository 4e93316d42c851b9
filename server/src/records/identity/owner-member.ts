/** The member who owns the installation from its first start, and the way in for whoever has the machine. */
import { defaultTenantId, type Clock, type IdSource } from '#kernel';
import type { Tx } from '#platform/database/port.ts';
import type { IdentityParts } from './identity-parts.ts';
import type { Member } from './member.ts';
import { findOwners, insertMember, lockOwnership } from './member-store.ts';
import { storeLink, type SignInLink } from './sign-in-link.ts';

/** Makes the owner of `default` where it has none, so that an installation from before members gets one too. */
export async function ensureOwner(tx: Tx, { clock, ids }: { clock: Clock; ids: IdSource }): Promise<Member> {
  const owner: Member = {
    id: ids.next('member'),
    tenantId: defaultTenantId,
    login: 'owner',
    name: 'Owner',
    roles: ['OWNER'],
    status: 'invited',
    version: 1,
    createdAtMs: clock.now(),
    createdBy: null,
    lastSeenAtMs: null,
  };
  await lockOwnership(tx);
  const [known] = await findOwners(tx, defaultTenantId);
  if (known !== undefined) return known;
  await insertMember(tx, owner);
  const [first = owner] = await findOwners(tx, defaultTenantId);
  return first;
}

/** A fresh link for the first owner of the installation. */
export function makeOwnerLink(parts: IdentityParts): Promise<SignInLink> {
  return parts.database.asRole('operator', async (tx) => storeLink(tx, parts, (await ensureOwner(tx, parts)).id));
}
