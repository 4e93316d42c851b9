/** Dead letters as stored. */
import { sql, type RawBuilder } from 'kysely';
import type { PageRequest } from '#kernel';
import type { Tx } from '../database/port.ts';
import type { EventRef } from './event-store.ts';
import type { DeadLetter, LetterFilter, Settlement } from './port.ts';

export interface NewDeadLetter {
  id: string;
  consumer: string;
  event: EventRef;
  subject: string;
  envelope: Readonly<Record<string, unknown>>;
  reason: string;
  attempts: number;
  nowMs: number;
}

export async function insertDeadLetter(tx: Tx, letter: NewDeadLetter): Promise<void> {
  const { id, consumer, event, subject, envelope, reason, attempts, nowMs } = letter;
  await sql`
    insert into dead_letter (id, consumer, event_id, event_at, event_type, payload, reason, attempts, created_at)
    values (${id}::uuid, ${consumer}, ${event.id}::uuid, ${event.at}::timestamptz, ${subject},
      ${JSON.stringify(envelope)}::jsonb, ${reason}, ${attempts}, ${new Date(nowMs).toISOString()}::timestamptz)`.execute(
    tx,
  );
}

/** Oldest first; one more than the page holds. */
export function listDeadLetters(tx: Tx, page: PageRequest, filter: LetterFilter): Promise<DeadLetter[]> {
  const after = page.after?.[0] ?? '00000000-0000-0000-0000-000000000000';
  const { state, consumer = null } = filter;
  return select(
    tx,
    sql`where state = ${state} and id > ${after}::uuid and (${consumer}::text is null or consumer = ${consumer})
      order by id limit ${page.limit + 1}`,
  );
}

export async function findDeadLetter(tx: Tx, id: string): Promise<DeadLetter | null> {
  const [letter] = await select(tx, sql`where id = ${id}::uuid`);
  return letter ?? null;
}

/** Settles an open letter; answers what must be known to hand its event out again, `null` where it is not open. */
export async function settleDeadLetter(
  tx: Tx,
  id: string,
  settlement: Settlement & { state: 'replayed' | 'discarded'; nowMs: number },
): Promise<{ consumer: string; event: EventRef; envelope: Readonly<Record<string, unknown>> } | null> {
  const { state, by, note, nowMs } = settlement;
  const { rows } = await sql<{ consumer: string; id: string; at: string; envelope: Record<string, unknown> }>`
    update dead_letter set state = ${state}, settled_by = ${by}, note = ${note},
      settled_at = ${new Date(nowMs).toISOString()}::timestamptz
    where id = ${id}::uuid and state = 'open'
    returning consumer, event_id as id, payload as envelope,
      to_char(event_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`.execute(tx);
  const [row] = rows;
  return row === undefined
    ? null
    : { consumer: row.consumer, event: { id: row.id, at: row.at }, envelope: row.envelope };
}

/** Deletes what was settled before `beforeMs`. */
export async function deleteSettled(tx: Tx, beforeMs: number): Promise<void> {
  await sql`delete from dead_letter where state <> 'open'
    and settled_at < ${new Date(beforeMs).toISOString()}::timestamptz`.execute(tx);
}

async function select(tx: Tx, rest: RawBuilder<unknown>): Promise<DeadLetter[]> {
  const { rows } = await sql<DeadLetter>`
    select id, consumer, event_id as "eventId", event_type as subject, reason, attempts, state, note,
      created_at as "createdAt", settled_at as "settledAt", settled_by as "settledBy", payload as envelope
    from dead_letter ${rest}`.execute(tx);
  return rows;
}
