/** Who acts: keys, the tenants they belong to, and what they may do. */
import type { Clock, IdSource, ModulePlugin, Random } from '#kernel';
import type { EventAppender } from '#platform/bus/port.ts';
import type { Database } from '#platform/database/port.ts';
import type { Log } from '#platform/telemetry/port.ts';
import { createAuthenticator } from './authenticate-key.ts';
import { bootstrap, type BootstrapResult } from './bootstrap.ts';
import { hearRevocations } from './hear-revocations.ts';
import type { Identified } from './key-cache.ts';
import { findKeysByHash } from './key-store.ts';
import { createIdentityPlugin } from './plugin.ts';

export interface Identity {
  /**
   * Whom a presented key stands for; `null` when it is unknown, expired or revoked. Microseconds for a key seen within
   * the last minute. Rejects with `AppError('database_unavailable')`.
   */
  authenticate(presentedKey: string): Promise<Identified | null>;
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
}

/** Listens for revocations by other processes from now on; the schema must stand. */
export function createIdentity({ log, ...inputs }: IdentityInputs): Identity {
  const { database, clock, ids } = inputs;
  const authenticator = createAuthenticator({
    clock,
    findKeys: (hashes) => database.asRole('operator', (tx) => findKeysByHash(tx, hashes)),
  });
  const parts = { ...inputs, authenticator };
  const listener = hearRevocations({ authenticator, database, clock, ids, log });
  return {
    authenticate: (presentedKey) => authenticator.authenticate(presentedKey),
    plugin: createIdentityPlugin(parts),
    bootstrap: (givenKey) => bootstrap(parts, givenKey),
    close: () => listener.stop(),
  };
}
