/** Makes a key. Nobody grants more than they hold: neither scopes, nor models, nor time. */
import type { Scope as Granted } from '@reeve/contracts';
import { defaultTenantId, holdsPermission, type KeyId, type Scope, type TenantId } from '#kernel';
import type { Tx } from '#platform/database/port.ts';
import { makeApiKey } from './api-key.ts';
import {
  expiresInThePast,
  modelNotHeld,
  outlivesMaker,
  scopeNotHeld,
  unknownKey,
  unknownScope,
  unknownTenant,
} from './identity-errors.ts';
import { keyCreated } from './identity-events.ts';
import type { IdentityParts } from './identity-parts.ts';
import { findKey, insertKey, type KeyRecord } from './key-store.ts';
import { expandScope } from './roles.ts';
import { hasTenant } from './tenant-store.ts';

export interface KeyWish {
  name: string;
  /** Another tenant than the maker's is for the owner of `default` only. */
  tenantId: TenantId | null;
  /** Scopes and role names; `null`: the maker's. */
  scopes: readonly string[] | null;
  /** `null`: the maker's. */
  models: readonly string[] | null;
  expiresAtMs: number | null;
}

/**
 * Stores a new key and returns it with its text, which nobody can read again. Throws `AppError`: `invalid_request`
 * for an unknown scope or a past expiry, `policy_denied` for a grant beyond the maker's own, `not_found` for a tenant
 * that is not the maker's to use.
 */
export async function createKey(
  parts: IdentityParts,
  scope: Scope,
  wish: KeyWish,
): Promise<{ key: KeyRecord; text: string }> {
  const now = parts.clock.now();
  const tenantId = wish.tenantId ?? scope.tenantId;
  if (tenantId !== scope.tenantId && !ownsInstallation(scope)) throw unknownTenant();
  if (wish.expiresAtMs !== null && wish.expiresAtMs <= now) throw expiresInThePast();
  const id = parts.ids.next('key');
  const fresh = makeApiKey(id, parts.random);
  const grant = { scopes: grantScopes(scope, wish.scopes), models: grantModels(scope, wish.models) };
  const makerEndsMs = await findMakersEnd(parts, scope);
  const expiresAtMs = grantTime(makerEndsMs, wish.expiresAtMs);
  const key: KeyRecord = {
    id,
    tenantId,
    name: wish.name,
    prefix: fresh.prefix,
    ...grant,
    expiresAtMs,
    revokedAtMs: null,
    createdAtMs: now,
    createdBy: scope.actor.keyId,
    memberId: null,
  };
  await parts.database.forTenant({ tenantId }, async (tx) => {
    await storeKey(tx, key, fresh.hash);
    await parts.events.append(tx, keyCreated(key));
  });
  parts.authenticator.welcome(fresh.hash);
  return { key, text: fresh.text };
}

/** Whether the actor administers the whole installation: an owner of `default`, or the operator at the machine. */
export function ownsInstallation(scope: Scope): boolean {
  return scope.tenantId === defaultTenantId && scope.actor.scopes.has('*');
}

async function storeKey(tx: Tx, key: KeyRecord, hash: string): Promise<void> {
  if (!(await hasTenant(tx, key.tenantId))) throw unknownTenant();
  await insertKey(tx, key, hash);
}

function grantScopes(scope: Scope, wanted: readonly string[] | null): Granted[] {
  if (wanted === null) return [...scope.actor.scopes];
  const granted = new Set<Granted>();
  for (const [index, name] of wanted.entries()) {
    const expanded = expandScope(name);
    if (expanded === null) throw unknownScope(name, `scopes[${index}]`);
    for (const one of expanded) granted.add(one);
  }
  const beyond = [...granted].find((one) => !holdsPermission(scope.actor, one));
  if (beyond !== undefined) throw scopeNotHeld(beyond);
  return [...granted];
}

function grantModels(scope: Scope, wanted: readonly string[] | null): string[] | null {
  const held = scope.actor.models;
  if (wanted === null) return held === null ? null : [...held];
  if (held !== null && !wanted.every((model) => held.has(model))) throw modelNotHeld();
  return [...new Set(wanted)];
}

/** When the making key ends, in ms since the epoch; `null` where it never does, or no key is the maker. */
async function findMakersEnd(parts: IdentityParts, scope: Scope): Promise<number | null> {
  const makerId: KeyId | null = scope.actor.keyId;
  if (makerId === null) return null;
  const maker = await parts.database.forTenant(scope, (tx) => findKey(tx, makerId));
  if (maker === null || maker.revokedAtMs !== null) throw unknownKey();
  return maker.expiresAtMs;
}

function grantTime(makerEndsMs: number | null, wantedMs: number | null): number | null {
  if (wantedMs === null || makerEndsMs === null) return wantedMs ?? makerEndsMs;
  if (wantedMs > makerEndsMs) throw outlivesMaker();
  return wantedMs;
}
