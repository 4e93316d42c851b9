/** Ends a key, at once and everywhere. */
import type { KeyId, Scope } from '#kernel';
import type { Tx } from '#platform/database/port.ts';
import { ownsInstallation } from './create-key.ts';
import { keyOfMember, unknownKey } from './identity-errors.ts';
import { keyRevoked } from './identity-events.ts';
import type { IdentityParts } from './identity-parts.ts';
import { findKey, markRevoked } from './key-store.ts';

/**
 * Revokes a key of the actor's tenant; the owner of `default` may revoke any tenant's. Once this resolves, no process
 * serves a call that starts with the key. Revoking again changes nothing.
 * Throws `AppError`: `not_found`, and `conflict` for the console key of a member.
 */
export async function revokeKey(parts: IdentityParts, scope: Scope, id: KeyId): Promise<void> {
  const { database, clock, events, authenticator, heardByAll } = parts;
  await withKeysOf(database, scope, async (tx) => {
    const key = await findKey(tx, id);
    if (key === null) throw unknownKey();
    if (key.memberId !== null) throw keyOfMember();
    const nowMs = clock.now();
    if (await markRevoked(tx, id, nowMs)) await events.append(tx, keyRevoked(key, nowMs, scope.actor.keyId));
  });
  authenticator.forget(id);
  await heardByAll();
}

/** A transaction that sees the keys which the actor may manage: its tenant's, or all for the owner of `default`. */
export function withKeysOf<T>(
  database: IdentityParts['database'],
  scope: Scope,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return ownsInstallation(scope) ? database.asRole('operator', work) : database.forTenant(scope, work);
}
