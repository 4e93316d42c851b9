/** Who the caller is, what they may do, and where. */
import { defaultTenantId, type Scope } from '#kernel';
import type { IdentityParts } from './identity-parts.ts';
import { isOwner, type Member } from './member.ts';
import { findMembers, hasPassword } from './member-store.ts';
import { findTenant, listTenants, type TenantRecord } from './tenant-store.ts';

export interface Me {
  member: Member | null;
  hasPassword: boolean;
  tenant: TenantRecord | null;
  /** Where the member may work, `tenant` among them; the first of them where there are very many. */
  tenants: readonly TenantRecord[];
  hasMoreTenants: boolean;
}

const TENANTS_MAX = 200;

export function describeMe({ database }: IdentityParts, { tenantId, actor }: Scope): Promise<Me> {
  return database.asRole('operator', async (tx) => {
    const tenant = await findTenant(tx, tenantId);
    const [member = null] = actor.memberId === undefined ? [] : await findMembers(tx, [actor.memberId]);
    if (member === null) {
      return { member, hasPassword: false, tenant, tenants: tenant === null ? [] : [tenant], hasMoreTenants: false };
    }
    const isEverywhere = member.tenantId === defaultTenantId && isOwner(member);
    const home = isEverywhere ? null : await findTenant(tx, member.tenantId);
    const found = isEverywhere ? await listTenants(tx, { limit: TENANTS_MAX, after: null }) : [];
    return {
      member,
      hasPassword: await hasPassword(tx, member.id),
      tenant,
      tenants: home === null ? found.slice(0, TENANTS_MAX) : [home],
      hasMoreTenants: found.length > TENANTS_MAX,
    };
  });
}
