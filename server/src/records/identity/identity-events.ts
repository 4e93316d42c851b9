/** What identity tells the rest of the house, in the transaction that makes it true. */
import type { KeyId, Scope } from '#kernel';
import type { NewEvent } from '#platform/bus/port.ts';
import type { KeyRecord } from './key-store.ts';
import type { Member } from './member.ts';
import type { TenantRecord } from './tenant-store.ts';

export function tenantCreated({ id, name }: TenantRecord): NewEvent {
  return {
    type: 'identity.tenant-created.v1',
    tenantId: id,
    aggregate: { type: 'tenant', id },
    data: { tenant_id: id, name },
  };
}

/** Never the key itself, nor its hash. */
export function keyCreated(key: KeyRecord): NewEvent {
  const { id, tenantId, name, prefix, scopes, models, expiresAtMs, createdBy } = key;
  return {
    type: 'identity.key-created.v1',
    tenantId,
    aggregate: { type: 'key', id },
    data: {
      key_id: id,
      tenant_id: tenantId,
      name,
      prefix,
      scopes: [...scopes],
      models: models === null ? null : [...models],
      expires_at: expiresAtMs === null ? null : toIso(expiresAtMs),
      created_by: createdBy,
    },
  };
}

export function keyRevoked({ id, tenantId }: KeyRecord, atMs: number, by: KeyId | null): NewEvent {
  return {
    type: 'identity.key-revoked.v1',
    tenantId,
    aggregate: { type: 'key', id },
    data: { key_id: id, tenant_id: tenantId, revoked_at: toIso(atMs), revoked_by: by },
  };
}

/** Neither login nor name: an event outlives the person's erasure. */
export function memberNoted(
  what: 'invited' | 'changed' | 'removed' | 'link-made',
  member: Member,
  scope: Scope,
): NewEvent {
  const { id, tenantId, roles, status } = member;
  return {
    type: `identity.member-${what}.v1`,
    tenantId,
    aggregate: { type: 'member', id },
    data: { member_id: id, tenant_id: tenantId, roles: [...roles], status, by: scope.actor.keyId },
  };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
