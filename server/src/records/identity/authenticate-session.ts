/**
 * Turns the token of a console session into who it stands for. Nothing is remembered: a session, a role or a member that
 * ended in another process ends here with its commit. Requests of the console are few, and those that come together
 * are read together.
 */
import type { Clock } from '#kernel';
import type { Database, Tx } from '#platform/database/port.ts';
import { isOver, mayWorkIn, toWho } from './console-session.ts';
import type { Identified } from './key-cache.ts';
import { findMembers, noteSeen } from './member-store.ts';
import { hashToken } from './secret-token.ts';
import { findSessions, touchSessions } from './session-store.ts';

export interface SessionAuthenticator {
  /**
   * `null` for a session that is unknown, idle for too long, or ended. `isPresent` says that a person did something: a
   * page that asks by itself does not keep a session alive. Rejects with `AppError('database_unavailable')`.
   */
  authenticate(token: string, isPresent: boolean): Promise<Identified | null>;
}

interface Inputs {
  database: Pick<Database, 'asRole'>;
  clock: Clock;
}

interface Waiting extends PromiseWithResolvers<Identified | null> {
  isPresent: boolean;
}

/** A session in use is noted once in so long, not at every request. */
const TOUCH_MS = 60_000;
const BATCH_MAX = 256;

export function createSessionAuthenticator({ database, clock }: Inputs): SessionAuthenticator {
  const waiting = new Map<string, Waiting>();
  let isReading = false;

  async function readWaiting(): Promise<void> {
    isReading = true;
    while (waiting.size > 0) {
      const wanted = [...waiting].slice(0, BATCH_MAX);
      for (const [hash] of wanted) waiting.delete(hash);
      try {
        const found = await database.asRole('operator', (tx) => readSessions(tx, new Map(wanted), clock));
        for (const [hash, one] of wanted) one.resolve(found.get(hash) ?? null);
      } catch (error) {
        for (const [, one] of wanted) one.reject(error);
      }
    }
    isReading = false;
  }

  return {
    authenticate(token, isPresent) {
      const hash = hashToken(token);
      const one = waiting.get(hash) ?? { ...Promise.withResolvers<Identified | null>(), isPresent };
      one.isPresent ||= isPresent;
      waiting.set(hash, one);
      if (!isReading) void readWaiting();
      return one.promise;
    },
  };
}

async function readSessions(
  tx: Tx,
  wanted: ReadonlyMap<string, Waiting>,
  clock: Clock,
): Promise<Map<string, Identified>> {
  const sessions = (await findSessions(tx, [...wanted.keys()])).filter((session) => !isOver(session, clock));
  if (sessions.length === 0) return new Map();
  const members = await findMembers(tx, [...new Set(sessions.map(({ memberId }) => memberId))]);
  const byId = new Map(members.map((member) => [member.id, member]));
  const valid = sessions.flatMap((session) => {
    const member = byId.get(session.memberId);
    return member?.status === 'active' && mayWorkIn(member, session.tenantId) ? [{ session, member }] : [];
  });
  const nowMs = clock.now();
  const stale = valid.filter(
    ({ session }) => nowMs - session.lastSeenAtMs >= TOUCH_MS && wanted.get(session.tokenHash)?.isPresent === true,
  );
  if (stale.length > 0) {
    const hashes = stale.map(({ session }) => session.tokenHash);
    await touchSessions(tx, hashes, nowMs);
    await noteSeen(tx, [...new Set(stale.map(({ member }) => member.id))].toSorted(), nowMs);
  }
  return new Map(valid.map(({ session, member }) => [session.tokenHash, toWho(session, member)]));
}
