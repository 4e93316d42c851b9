/** Who may look after what runs for all tenants. */
import { AppError, defaultTenantId, type Scope } from '#kernel';

/** The scope `operations:manage` counts in `default` only: what runs here belongs to no single tenant. */
export function assertOperates(scope: Scope): void {
  if (scope.tenantId === defaultTenantId) return;
  throw new AppError('policy_denied', { message: 'Operations belong to the tenant "default".' });
}

/** The acting key's id, or `operator` at the machine. */
export function settlerOf({ actor }: Scope): string {
  return actor.keyId ?? 'operator';
}
