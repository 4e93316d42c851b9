import { assert } from '#kernel';
import type { SecretScope } from './port.ts';

const NAME = /^[a-z0-9][a-z0-9._-]{0,127}$/;
const PURPOSE = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const TENANT = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** Tenants, names and purposes become paths and parts of keys: what is let through here needs no escaping anywhere. */
export function assertTenant({ tenantId }: SecretScope): void {
  assert(TENANT.test(tenantId), 'the tenant id is one');
}

export function assertSecretName(scope: SecretScope, name: string): void {
  assertTenant(scope);
  assert(NAME.test(name), `"${name}" can name a secret`);
}

export function assertPurpose(scope: SecretScope, purpose: string): void {
  assertTenant(scope);
  assert(PURPOSE.test(purpose), `"${purpose}" can name a purpose`);
}

/** What an envelope is bound to. */
export function contextOf({ tenantId }: SecretScope, purpose: string): string {
  return `reeve/secrets/1:${tenantId}:${purpose}`;
}
