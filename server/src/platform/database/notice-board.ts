import type { Notification } from 'pg';

type OnNotice = (payload: string) => void;

/** A session that stays open and hands over notifications. */
export interface ListeningSession {
  query(text: string): Promise<unknown>;
  on(event: 'notification', listener: (notice: Notification) => void): unknown;
}

export interface NoticeBoard {
  /** Makes a new session listen to every channel that somebody listens to. */
  attach(session: ListeningSession): Promise<void>;
  /** Adds a listener; answers whether the channel is new, so that the session must be told (`listenStatement`). */
  add(channel: string, onNotice: OnNotice): boolean;
  /** Takes a listener away; answers whether it was the channel's last. */
  remove(channel: string, onNotice: OnNotice): boolean;
  /** Tells every listener that notices may have been lost, with an empty payload. */
  reportGap(): void;
  /** True while nobody listens. */
  isEmpty(): boolean;
}

/** Who listens to which channel, over sessions that come and go. */
export function createNoticeBoard(): NoticeBoard {
  const listeners = new Map<string, Set<OnNotice>>();

  function deliver(channel: string, payload: string): void {
    // In a turn of its own: a listener that throws must not break the reading of the connection.
    for (const onNotice of listeners.get(channel) ?? []) setImmediate(() => onNotice(payload));
  }

  return {
    async attach(session) {
      session.on('notification', ({ channel, payload }) => deliver(channel, payload ?? ''));
      for (const channel of listeners.keys()) await session.query(listenStatement(channel));
    },
    add(channel, onNotice) {
      const present = listeners.get(channel);
      if (present === undefined) listeners.set(channel, new Set([onNotice]));
      else present.add(onNotice);
      return present === undefined;
    },
    remove(channel, onNotice) {
      const present = listeners.get(channel);
      present?.delete(onNotice);
      if (present?.size !== 0) return false;
      return listeners.delete(channel);
    },
    reportGap() {
      for (const channel of listeners.keys()) deliver(channel, '');
    },
    isEmpty: () => listeners.size === 0,
  };
}

/** Who listens holds a lock for it, shared with all others who do: so they can be counted, and whoever dies lets go. */
export function listenStatement(channel: string): string {
  const name = safeChannel(channel);
  return `listen ${name}; select pg_advisory_lock_shared(${LISTENERS}, hashtext('${name}'))`;
}

export function unlistenStatement(channel: string): string {
  const name = safeChannel(channel);
  return `unlisten ${name}; select pg_advisory_unlock_shared(${LISTENERS}, hashtext('${name}'))`;
}

/** Answers one row with `listeners`. */
export function countListenersStatement(channel: string): string {
  return `select count(*)::int as listeners from pg_locks
    where locktype = 'advisory' and classid = ${LISTENERS} and mode = 'ShareLock' and granted
      and objid::bigint = hashtext('${safeChannel(channel)}')::bigint & x'ffffffff'::bigint
      and database = (select oid from pg_database where datname = current_database())`;
}

const LISTENERS = 7_337_003;

/** Channel names cannot be parameters. */
function safeChannel(channel: string): string {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(channel)) throw new TypeError('not a channel name');
  return channel;
}
