/** What identity refuses, in the words that callers read. */
import { AppError } from '#kernel';

export const unknownKey = (): AppError => new AppError('not_found', { message: 'There is no such key.' });

export const unknownTenant = (): AppError =>
  new AppError('not_found', { message: 'There is no such tenant.', param: 'tenant_id' });

export const tenantNameTaken = (): AppError =>
  new AppError('conflict', { message: 'A tenant with this name exists already.', param: 'name' });

export const unknownScope = (name: string, param: string): AppError =>
  new AppError('invalid_request', { message: `"${name}" is neither a scope nor a role.`, param });

export const expiresInThePast = (): AppError =>
  new AppError('invalid_request', { message: '"expires_at" must lie in the future.', param: 'expires_at' });

export const scopeNotHeld = (scope: string): AppError =>
  new AppError('policy_denied', {
    message: `This key does not hold the scope ${scope}, so it cannot grant it.`,
    param: 'scopes',
  });

export const modelNotHeld = (): AppError =>
  new AppError('policy_denied', {
    message: 'This key may call only the models it lists, so it cannot grant others.',
    param: 'models',
  });

export const outlivesMaker = (): AppError =>
  new AppError('policy_denied', {
    message: 'A key cannot make one that outlives it.',
    param: 'expires_at',
  });

export const tenantsNotManaged = (): AppError =>
  new AppError('policy_denied', { message: 'Tenants are managed by the owner of the tenant "default".' });
