/** The first start: the tenant `default` and a key for its owner. */
import { DEFAULT_TENANT } from '@reeve/contracts';
import { AppError, defaultTenantId, type KeyId } from '#kernel';
import type { Tx } from '#platform/database/port.ts';
import { hashApiKey, makeApiKey, prefixOf } from './api-key.ts';
import { keyCreated, tenantCreated } from './identity-events.ts';
import type { IdentityParts } from './identity-parts.ts';
import { insertKey, type KeyRecord } from './key-store.ts';
import { ensureOwner } from './owner-member.ts';
import { insertTenant } from './tenant-store.ts';

export interface BootstrapResult {
  /** True where this start made the tenant `default`. */
  firstStart: boolean;
  /** The owner's key where this start made one up: shown once, stored nowhere. */
  freshKey: string | null;
}

/**
 * Makes what a first start needs; a later start changes nothing, except that a `givenKey` not seen before becomes
 * another owner key. A given key that was revoked stays revoked. Safe when several processes start at once.
 */
export async function bootstrap(parts: IdentityParts, givenKey: string | null): Promise<BootstrapResult> {
  if (givenKey !== null) assertSendable(givenKey);
  const outcome = await parts.database.asRole('operator', async (tx): Promise<BootstrapResult> => {
    const tenant = { id: defaultTenantId, name: DEFAULT_TENANT, createdAtMs: parts.clock.now() };
    const firstStart = await insertTenant(tx, tenant);
    if (firstStart) await parts.events.append(tx, tenantCreated(tenant));
    await ensureOwner(tx, parts);
    const id = parts.ids.next('key');
    if (givenKey !== null) {
      await storeOwnerKey(tx, parts, { id, prefix: prefixOf(givenKey), hash: hashApiKey(givenKey) });
      return { firstStart, freshKey: null };
    }
    if (!firstStart) return { firstStart, freshKey: null };
    const fresh = makeApiKey(id, parts.random);
    await storeOwnerKey(tx, parts, { id, ...fresh });
    return { firstStart, freshKey: fresh.text };
  });
  if (givenKey !== null) parts.authenticator.welcome(hashApiKey(givenKey));
  return outcome;
}

async function storeOwnerKey(
  tx: Tx,
  { clock, events }: IdentityParts,
  { id, prefix, hash }: { id: KeyId; prefix: string; hash: string },
): Promise<void> {
  const key: KeyRecord = {
    id,
    tenantId: defaultTenantId,
    name: 'owner',
    prefix,
    scopes: ['*'],
    models: null,
    expiresAtMs: null,
    revokedAtMs: null,
    createdAtMs: clock.now(),
    createdBy: null,
    memberId: null,
  };
  if (await insertKey(tx, key, hash)) await events.append(tx, keyCreated(key));
}

/** A key with other characters could be stored and never be sent in a header. */
function assertSendable(key: string): void {
  if (/^[\x21-\x7e]+$/.test(key)) return;
  throw new AppError('invalid_request', {
    message: 'REEVE_BOOTSTRAP_KEY may hold only printable ASCII characters without spaces.',
  });
}
