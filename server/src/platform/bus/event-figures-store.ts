/** How far events are behind, by the database's clock. As `operator`. */
import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';

export interface EventFigures {
  /** Appended, and not yet on their way. */
  pending: number;
  oldestPendingMs: number | null;
  deadLetters: number;
}

export interface ConsumerFigures {
  name: string;
  waiting: number;
  oldestWaitingMs: number | null;
}

/** Counting stops here: somebody looks every few seconds, and more says no more to them. */
const COUNTED_MAX = 100_000;

export async function readEventFigures(tx: Tx): Promise<EventFigures> {
  const { rows } = await sql<EventFigures>`
    select
      (select count(*)::float8 from (select from outbox where status = 'pending' limit ${COUNTED_MAX}) p) as pending,
      (select (extract(epoch from clock_timestamp() - min(created_at)) * 1000)::float8
       from outbox where status = 'pending') as "oldestPendingMs",
      (select count(*)::float8 from (select from dead_letter where state = 'open' limit ${COUNTED_MAX}) d) as "deadLetters"`.execute(
    tx,
  );
  return rows[0] ?? { pending: 0, oldestPendingMs: null, deadLetters: 0 };
}

export async function readConsumerFigures(tx: Tx): Promise<ConsumerFigures[]> {
  const { rows } = await sql<ConsumerFigures>`
    select c.name, w.waiting, w."oldestWaitingMs" from event_consumer c
    cross join lateral (
      select count(*)::float8 as waiting,
        (extract(epoch from clock_timestamp() - min(event_at)) * 1000)::float8 as "oldestWaitingMs"
      from (select event_at from inbox where consumer = c.name and status = 'waiting' order by event_at limit ${COUNTED_MAX}) i
    ) w order by c.name`.execute(tx);
  return rows;
}
