/** What the use cases of this room work with. */
import type { Clock, IdSource, Random } from '#kernel';
import type { EventAppender } from '#platform/bus/port.ts';
import type { Database } from '#platform/database/port.ts';
import type { Authenticator } from './authenticate-key.ts';
import type { PasswordHasher } from './hash-password.ts';

export interface IdentityParts {
  database: Database;
  events: EventAppender;
  clock: Clock;
  random: Random;
  ids: IdSource;
  authenticator: Pick<Authenticator, 'forget' | 'welcome'>;
  passwords: PasswordHasher;
  /** Resolves when no process serves a key any more whose revocation was told before. */
  heardByAll(): Promise<void>;
}
