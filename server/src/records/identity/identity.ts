/** Who acts: keys and members, the tenants they belong to, and what they may do. */
import type { Clock, IdSource, ModulePlugin, Random } from '#kernel';
import type { EventAppender } from '#platform/bus/port.ts';
import type { Database } from '#platform/database/port.ts';
import type { Log } from '#platform/telemetry/port.ts';
import { createAuthenticator } from './authenticate-key.ts';
import { createSessionAuthenticator } from './authenticate-session.ts';
import { bootstrap, type BootstrapResult } from './bootstrap.ts';
import { createPasswordHasher } from './hash-password.ts';
import { hearRevocations } from './hear-revocations.ts';
import { createSessionSweep } from './identity-jobs.ts';
import type { Identified } from './key-cache.ts';
import { findKeysByHash } from './key-store.ts';
import { makeOwnerLink } from './owner-member.ts';
import { createIdentityPlugin } from './plugin.ts';

export interface Identity {
  /**
   * Whom a presented key stands for; `null` when it is unknown, expired or revoked. At once for a key seen within the last
   * minute, else a promise, which rejects with `AppError('database_unavailable')`.
   */
  authenticate(presentedKey: string): Identified | null | Promise<Identified | null>;
  /**
   * Whom the token of a console session stands for; `null` when it is unknown or over. `isPresent` says that a person did
   * something, which keeps the session alive. Rejects with `AppError('database_unavailable')`.
   */
  authenticateSession(token: string, isPresent: boolean): Promise<Identified | null>;
  /** Makes a one-time link for the first owner of the installation: its path behind the server's address. */
  makeOwnerLink(): Promise<string>;
  plugin: ModulePlugin;
  /** Call at each start, before requests are taken; `givenKey` is REEVE_BOOTSTRAP_KEY. */
  bootstrap(givenKey: string | null): Promise<BootstrapResult>;
  /** Stops listening for revocations. The database stays open. */
  close(): Promise<void>;
}

export interface IdentityInputs {
  database: Database;
  events: EventAppender;
  clock: Clock;
  random: Random;
  ids: IdSource;
  log: Log;
  /** What `/api/v1/me` says that it talks to. */
  version?: string;
  /** Where this server listens, once it does: one-time links are told whole then. */
  address?(): string | null;
}

/** Listens for revocations by other processes from now on; the schema must stand. */
export function createIdentity({ log, version = '', address = () => null, ...inputs }: IdentityInputs): Identity {
  const { database, clock, ids, random } = inputs;
  const authenticator = createAuthenticator({
    clock,
    findKeys: (hashes) => database.asRole('operator', (tx) => findKeysByHash(tx, hashes)),
  });
  const sessions = createSessionAuthenticator({ database, clock });
  const listener = hearRevocations({ authenticator, database, clock, ids, log });
  const { heardByAll } = listener;
  const parts = { ...inputs, authenticator, passwords: createPasswordHasher(random), heardByAll };
  const sweep = createSessionSweep({ database, clock, log });
  return {
    authenticate: (presentedKey) => authenticator.authenticate(presentedKey),
    authenticateSession: (token, isPresent) => sessions.authenticate(token, isPresent),
    makeOwnerLink: async () => (await makeOwnerLink(parts)).path,
    plugin: createIdentityPlugin({ ...parts, version, address, sweep }),
    bootstrap: (givenKey) => bootstrap(parts, givenKey),
    close: () => listener.stop(),
  };
}
