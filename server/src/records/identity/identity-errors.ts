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

export const keyOfMember = (): AppError =>
  new AppError('conflict', { message: 'This key belongs to a member. Suspend or remove the member instead.' });

export const unknownMember = (): AppError => new AppError('not_found', { message: 'There is no such member.' });

export const loginTaken = (): AppError =>
  new AppError('conflict', { message: 'Somebody has this login name already.', param: 'login' });

export const memberChanged = (): AppError =>
  new AppError('conflict', {
    message: 'Somebody else changed this member meanwhile. Look at what stands there now, and try again.',
    param: 'version',
  });

export const lastOwner = (): AppError =>
  new AppError('conflict', { message: 'This is the last owner of the tenant: make another one first.' });

export const memberSuspended = (): AppError =>
  new AppError('conflict', { message: 'This member is suspended, so they get no sign-in link.' });

export const rolesNotHeld = (): AppError =>
  new AppError('policy_denied', {
    message: 'These roles permit more than you hold, so you cannot grant them.',
    param: 'roles',
  });

export const memberAboveActor = (): AppError =>
  new AppError('policy_denied', { message: 'This member may do more than you, so you cannot change them.' });

export const limitedMaker = (): AppError =>
  new AppError('policy_denied', {
    message: 'A key that ends or is bound to some models cannot manage members, who are bound to neither.',
  });

export const unknownRole = (name: string, param: string): AppError =>
  new AppError('invalid_request', { message: `"${name}" is no role.`, param });

export const notAMember = (): AppError =>
  new AppError('policy_denied', { message: 'This is for members who are signed in to the console.' });

export const badPassword = (message: string): AppError =>
  new AppError('invalid_request', { message, param: 'password' });
