/** Who acts: keys, the tenants they belong to, and what they may do. */
import type { Clock, IdSource, ModulePlugin, Random } from '#kernel';
import { asKeyId } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import type { Log } from '#platform/telemetry/port.ts';
import { createAuthenticator, type Authenticator, type Identified } from './authenticate-key.ts';
import { bootstrap, type BootstrapResult } from './bootstrap.ts';
import { findKeysByHash, REVOCATION_CHANNEL } from './key-store.ts';
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
  clock: Clock;
  random: Random;
  ids: IdSource;
  log: Log;
}

const LISTEN_RETRY_MS = 1_000;

/** Starts to listen for revocations by other processes on its own; until it hears, keys are read again after 1 s. */
export function createIdentity({ database, clock, random, ids, log }: IdentityInputs): Identity {
  const authenticator = createAuthenticator({
    clock,
    findKeys: (hashes) => database.asRole('operator', (tx) => findKeysByHash(tx, hashes)),
  });
  const parts = { database, clock, random, ids, authenticator };
  const listener = listenForRevocations(authenticator, { database, clock, log });
  return {
    authenticate: (presentedKey) => authenticator.authenticate(presentedKey),
    plugin: createIdentityPlugin(parts),
    bootstrap: (givenKey) => bootstrap(parts, givenKey),
    close: () => listener.stop(),
  };
}

function listenForRevocations(
  authenticator: Authenticator,
  { database, clock, log }: Pick<IdentityInputs, 'database' | 'clock' | 'log'>,
): { stop(): Promise<void> } {
  let stopped = false;
  let cancelRetry = (): void => {};
  const onNotice = (keyId: string): void => authenticator.forget(asKeyId(keyId));
  const start = async (): Promise<(() => Promise<void>) | null> => {
    try {
      const stop = await database.listen(REVOCATION_CHANNEL, onNotice, (up) => authenticator.setListening(up));
      authenticator.setListening(true);
      return stop;
    } catch (error) {
      log.warn({ error }, 'Revocations of other processes are not heard; keys are read again each second.');
      cancelRetry = clock.after(LISTEN_RETRY_MS, () => {
        if (!stopped) listening = start();
      });
      return null;
    }
  };
  let listening = start();
  return {
    async stop() {
      stopped = true;
      cancelRetry();
      const stop = await listening;
      await stop?.();
    },
  };
}
