/** A member's console key: what stands for them in receipts and usage, one in each tenant where they work. */
import type { MemberId, TenantId } from '#kernel';
import type { Tx } from '#platform/database/port.ts';
import { keyCreated, keyRevoked } from './identity-events.ts';
import type { IdentityParts } from './identity-parts.ts';
import { findKeysOfMember, insertKey, markRevoked, type KeyRecord } from './key-store.ts';

/** The member's key in the tenant, made where there is none. The caller holds the member's row. */
export async function ensureConsoleKey(
  tx: Tx,
  { ids, clock, events }: IdentityParts,
  memberId: MemberId,
  tenantId: TenantId,
): Promise<KeyRecord> {
  const known = (await findKeysOfMember(tx, memberId)).find((key) => key.tenantId === tenantId);
  if (known !== undefined) return known;
  const id = ids.next('key');
  const key: KeyRecord = {
    id,
    tenantId,
    // No name of a person: the key outlives the member, since receipts point at it.
    name: 'console',
    prefix: 'console',
    // What a member may do follows from their roles; the key itself opens nothing.
    scopes: [],
    models: null,
    expiresAtMs: null,
    revokedAtMs: null,
    createdAtMs: clock.now(),
    createdBy: null,
    memberId,
  };
  // Not the hash of anything: no text can be presented that fits.
  await insertKey(tx, key, `console:${id}`);
  await events.append(tx, keyCreated(key));
  return key;
}

/** Ends the member's keys in every tenant. */
export async function endConsoleKeys(tx: Tx, { clock, events }: IdentityParts, memberId: MemberId): Promise<void> {
  for (const key of await findKeysOfMember(tx, memberId)) {
    const nowMs = clock.now();
    if (await markRevoked(tx, key.id, nowMs)) await events.append(tx, keyRevoked(key, nowMs, null));
  }
}
