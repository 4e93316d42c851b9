/** The door of identity: who acts, in which tenant, with which permissions. */
export type { Identified } from './key-cache.ts';
export type { BootstrapResult } from './bootstrap.ts';
export type { Identity, IdentityInputs } from './identity.ts';
export { createIdentity } from './identity.ts';
