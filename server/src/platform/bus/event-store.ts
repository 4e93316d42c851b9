/** Events as stored: the outbox, what each consumer waits for, and who consumes. Times of events keep microseconds as text. */
import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';
import type { Aggregate, ReplayWish } from './port.ts';

/** Told with the commit of an append. */
export const OUTBOX_CHANNEL = 'reeve_outbox';
/** Told with what makes events wait for a consumer, by its name. */
export const INBOX_CHANNEL = 'reeve_inbox';

export interface OutboxEntry {
  id: string;
  aggregate: Aggregate;
  subject: string;
  /** The envelope as JSON. */
  payload: string;
}

/** Names an event: its id, and the time of its row, by which the tables are partitioned. */
export interface EventRef {
  id: string;
  /** RFC 3339 with microseconds, UTC. */
  at: string;
}

/** An event on its way to the broker. */
export interface PendingEvent extends EventRef {
  subject: string;
  /** `type/id`. */
  aggregateKey: string;
  /** The envelope as JSON. */
  payload: string;
}

/** An event on its way to a consumer. */
export interface WaitingEvent extends EventRef {
  aggregateKey: string;
  /** This attempt included. */
  attempts: number;
  /** `null` where the outbox has dropped it. */
  envelope: Readonly<Record<string, unknown>> | null;
}

const atText = (column: string) =>
  sql<string>`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const toIso = (ms: number): string => new Date(ms).toISOString();

/** Writes the entries in their order and wakes the dispatcher with the commit. */
export async function insertEvents(tx: Tx, entries: readonly OutboxEntry[]): Promise<void> {
  const column = (read: (entry: OutboxEntry) => string): string[] => entries.map(read);
  await sql`with entry as (
      insert into outbox (id, aggregate_type, aggregate_id, event_type, payload)
      select id, aggregate_type, aggregate_id, event_type, payload::jsonb
      from unnest(${column(({ id }) => id)}::uuid[], ${column(({ aggregate }) => aggregate.type)}::text[],
        ${column(({ aggregate }) => aggregate.id)}::text[], ${column(({ subject }) => subject)}::text[],
        ${column(({ payload }) => payload)}::text[])
        with ordinality as e (id, aggregate_type, aggregate_id, event_type, payload, place)
      order by place)
    select pg_notify(${OUTBOX_CHANNEL}, '')`.execute(tx);
}

/** Held until the transaction ends, so that one process at a time moves events on. False where another does. */
export async function lockMoving(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ held: boolean }>`
    select pg_try_advisory_xact_lock(hashtext('events:move')) as held`.execute(tx);
  return rows[0]?.held === true;
}

/** Makes the oldest pending events wait for each consumer of their subject. Answers how many were moved. */
export async function fanOutPending(tx: Tx, limit: number): Promise<number> {
  const { rows } = await sql<{ moved: number }>`
    with batch as (
      select id, created_at, aggregate_type, aggregate_id, event_type from outbox
      where status = 'pending' order by created_at, id limit ${limit} for update skip locked
    ), waiting as (
      insert into inbox (consumer, event_id, event_at, aggregate_type, aggregate_id, status)
      select c.name, b.id, b.created_at, b.aggregate_type, b.aggregate_id, 'waiting'
      from batch b join event_consumer c on b.event_type ~ c.pattern and b.created_at >= c.registered_at
      on conflict do nothing returning consumer
    ), moved as (
      update outbox o set status = 'published', published_at = clock_timestamp()
      from batch b where o.created_at = b.created_at and o.id = b.id returning o.id
    ), woken as (
      select pg_notify(${INBOX_CHANNEL}, w.consumer) from (select distinct consumer from waiting) w
    )
    select (select count(*)::int4 from moved) as moved, (select count(*) from woken) as woken`.execute(tx);
  return rows[0]?.moved ?? 0;
}

/** The oldest pending events, in order, without those that are on their way already. */
export async function readPending(tx: Tx, limit: number, sent: readonly EventRef[] = []): Promise<PendingEvent[]> {
  const { rows } = await sql<PendingEvent>`
    select id, ${atText('created_at')} as at, event_type as subject,
      aggregate_type || '/' || aggregate_id as "aggregateKey", payload::text as payload
    from outbox where status = 'pending' and id <> all(${idsOf(sent)}::uuid[])
    order by created_at, id limit ${limit}`.execute(tx);
  return rows;
}

export async function markPublished(tx: Tx, events: readonly EventRef[]): Promise<void> {
  if (events.length === 0) return;
  await sql`update outbox o set status = 'published', published_at = clock_timestamp()
    from unnest(${idsOf(events)}::uuid[], ${timesOf(events)}::timestamptz[]) as e (id, at)
    where o.created_at = e.at and o.id = e.id`.execute(tx);
}

/** Makes the consumer known, or gives it these subjects. Answers since when it gets events. */
export async function registerConsumer(
  tx: Tx,
  consumer: { name: string; subjects: readonly string[]; pattern: string },
): Promise<string> {
  const { name, subjects, pattern } = consumer;
  const { rows } = await sql<{ at: string }>`
    insert into event_consumer (name, subjects, pattern) values (${name}, ${[...subjects]}::text[], ${pattern})
    on conflict (name) do update set subjects = excluded.subjects, pattern = excluded.pattern
    returning ${atText('event_consumer.registered_at')} as at`.execute(tx);
  return rows[0]?.at ?? '';
}

/** Ends a consumer: what waits for it counts as had. */
export async function removeConsumer(tx: Tx, name: string): Promise<void> {
  await sql`delete from event_consumer where name = ${name}`.execute(tx);
  await sql`update inbox set status = 'dead' where consumer = ${name} and status = 'waiting'`.execute(tx);
}

/**
 * Takes up to `limit` events that are due for the consumer, in order, and leases them; an event that follows another
 * of its aggregate is taken only together with it. `tried`: how often they may have been taken before, both ends included.
 * A lease lasts `leaseMs`, twice as long with each time before, at most 2³ times: so doubt about the order
 * on NATS outlasts it (`redeliveryMs`).
 * `offset 0` keeps the look-ups of predecessors one by one along the index: as joins they read the whole backlog each time.
 */
export async function leaseWaiting(
  tx: Tx,
  wish: { consumer: string; tried: readonly [number, number]; limit: number; nowMs: number; leaseMs: number },
): Promise<WaitingEvent[]> {
  const { consumer, tried, limit, nowMs, leaseMs } = wish;
  const now = toIso(nowMs);
  const sameAggregate = sql`p.consumer = ${consumer} and p.status = 'waiting'
    and p.aggregate_type = i.aggregate_type and p.aggregate_id = i.aggregate_id
    and (p.event_at, p.event_id) < (i.event_at, i.event_id)`;
  const { rows } = await sql<WaitingEvent>`
    with due as materialized (
      select i.event_at, i.event_id, i.aggregate_type, i.aggregate_id from inbox i
      where i.consumer = ${consumer} and i.status = 'waiting' and i.next_attempt_at <= ${now}::timestamptz
        and i.attempts between ${tried[0]} and ${tried[1]}
        and not exists (
          select from inbox p where ${sameAggregate} and p.next_attempt_at > ${now}::timestamptz offset 0)
      order by i.event_at, i.event_id limit ${limit} for update skip locked
    ), clear as (
      select i.event_at, i.event_id from due i
      where not exists (
        select from inbox p
        where ${sameAggregate} and not exists (select from due d where d.event_id = p.event_id) offset 0)
    )
    update inbox i set attempts = i.attempts + 1,
      next_attempt_at = ${now}::timestamptz + ${leaseMs} * interval '1 millisecond' * 2 ^ least(i.attempts, 3)
    from clear c left join outbox o on o.created_at = c.event_at and o.id = c.event_id
    where i.consumer = ${consumer} and i.event_at = c.event_at and i.event_id = c.event_id
    returning i.event_id as id, ${atText('i.event_at')} as at, i.attempts,
      i.aggregate_type || '/' || i.aggregate_id as "aggregateKey", coalesce(i.payload, o.payload) as envelope`.execute(
    tx,
  );
  return rows.toSorted((a, b) => (a.at === b.at ? compare(a.id, b.id) : compare(a.at, b.at)));
}

/** `isTried`: some that were taken before are due. `nextMs`: when the next lease or pause ends, since the epoch. */
export interface Outlook {
  isTried: boolean;
  nextMs: number | null;
}

/** What else the consumer's events wait for, where none of them is due for the first time. */
export async function lookAhead(tx: Tx, consumer: string, nowMs: number): Promise<Outlook> {
  const isDue = sql`next_attempt_at <= ${toIso(nowMs)}::timestamptz`;
  const { rows } = await sql<Outlook>`
    select coalesce(bool_or(attempts > 0) filter (where ${isDue}), false) as "isTried",
      (extract(epoch from min(next_attempt_at) filter (where not ${isDue})) * 1000)::float8 as "nextMs"
    from inbox where consumer = ${consumer} and status = 'waiting'`.execute(tx);
  return rows[0] ?? { isTried: false, nextMs: null };
}

/** Marks events as had in the caller's transaction, whatever its role; answers the ids of those not had before. */
export async function takeEvents(tx: Tx, consumer: string, events: readonly EventRef[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select reeve_take_events(${consumer}, ${idsOf(events)}::uuid[], ${timesOf(events)}::timestamptz[]) as id`.execute(
    tx,
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Of these events those whose predecessor (the one before of the same aggregate among the consumer's subjects) the consumer
 * has not had and is not among them.
 */
export async function findEarly(tx: Tx, consumer: string, events: readonly EventRef[]): Promise<Set<string>> {
  const ids = idsOf(events);
  const { rows } = await sql<{ id: string }>`
    select e.id from unnest(${ids}::uuid[], ${timesOf(events)}::timestamptz[]) as e (id, at)
    join outbox o on o.created_at = e.at and o.id = e.id
    join event_consumer c on c.name = ${consumer}
    cross join lateral (
      select p.id, p.created_at from outbox p
      where p.aggregate_type = o.aggregate_type and p.aggregate_id = o.aggregate_id
        and (p.created_at, p.id) < (o.created_at, o.id) and p.created_at >= c.registered_at and p.event_type ~ c.pattern
      order by p.created_at desc, p.id desc limit 1
    ) before
    left join inbox i on i.event_at = before.created_at and i.consumer = c.name and i.event_id = before.id
    where not before.id = any(${ids}::uuid[]) and coalesce(i.status, '') not in ('done', 'dead')`.execute(tx);
  return new Set(rows.map(({ id }) => id));
}

/** Puts off a failed attempt until `untilMs`. */
export async function putOff(tx: Tx, consumer: string, event: EventRef, untilMs: number): Promise<void> {
  await sql`update inbox set next_attempt_at = ${toIso(untilMs)}::timestamptz
    where consumer = ${consumer} and event_at = ${event.at}::timestamptz and event_id = ${event.id}::uuid
      and status = 'waiting'`.execute(tx);
}

/** Gives leased events back, as if they had not been taken, for `fromMs` on. */
export async function giveBack(tx: Tx, consumer: string, events: readonly EventRef[], fromMs: number): Promise<void> {
  if (events.length === 0) return;
  await sql`update inbox i set attempts = greatest(i.attempts - 1, 0), next_attempt_at = ${toIso(fromMs)}::timestamptz
    from unnest(${idsOf(events)}::uuid[], ${timesOf(events)}::timestamptz[]) as e (id, at)
    where i.consumer = ${consumer} and i.event_at = e.at and i.event_id = e.id and i.status = 'waiting'`.execute(tx);
}

/**
 * Ends the leases of a process that is gone; only where no other process can run. What was tried more often than `triedMax`
 * waits: as the first work of each process it would be at hand again, and blamed, where that one too is killed soon.
 */
export async function endLeases(tx: Tx, triedMax: number): Promise<void> {
  await sql`update inbox set next_attempt_at = '-infinity'
    where status = 'waiting' and attempts <= ${triedMax}`.execute(tx);
}

/** Notes that the consumer will not get the event. False where it has had it. */
export async function markDead(tx: Tx, consumer: string, event: EventRef): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into inbox (consumer, event_id, event_at, status, handled_at)
    values (${consumer}, ${event.id}::uuid, ${event.at}::timestamptz, 'dead', now())
    on conflict (event_at, consumer, event_id) do update set status = 'dead', handled_at = now()
    where inbox.status = 'waiting'`.execute(tx);
  return numAffectedRows === 1n;
}

/** Makes one event wait for the consumer, whether it had it or not (`again`) or only where it has not. */
export async function offer(
  tx: Tx,
  consumer: string,
  event: EventRef & { payload: string; aggregate: Aggregate; attempts: number },
  again: boolean,
): Promise<void> {
  const { aggregate, attempts, payload } = event;
  await sql`
    insert into inbox (consumer, event_id, event_at, aggregate_type, aggregate_id, status, attempts, payload)
    values (${consumer}, ${event.id}::uuid, ${event.at}::timestamptz, ${aggregate.type}, ${aggregate.id}, 'waiting',
      ${attempts}, ${payload}::jsonb)
    on conflict (event_at, consumer, event_id) do update
      set status = 'waiting', attempts = excluded.attempts, next_attempt_at = '-infinity', payload = excluded.payload
      where ${again}`.execute(tx);
  await wakeConsumer(tx, consumer);
}

/** Makes events of the outbox wait for the consumer. Answers how many. */
export async function offerFromOutbox(tx: Tx, wish: ReplayWish): Promise<number> {
  const { consumer, from, to, aggregate, missingOnly = false } = wish;
  const { numAffectedRows } = await sql`
    insert into inbox (consumer, event_id, event_at, aggregate_type, aggregate_id, status)
    select c.name, o.id, o.created_at, o.aggregate_type, o.aggregate_id, 'waiting'
    from outbox o join event_consumer c on c.name = ${consumer} and o.event_type ~ c.pattern
    where o.status = 'published'
      and (${from ?? null}::timestamptz is null or o.created_at >= ${from ?? null}::timestamptz)
      and (${to ?? null}::timestamptz is null or o.created_at < ${to ?? null}::timestamptz)
      and (${aggregate?.type ?? null}::text is null or o.aggregate_type = ${aggregate?.type ?? null})
      and (${aggregate?.id ?? null}::text is null or o.aggregate_id = ${aggregate?.id ?? null})
    on conflict (event_at, consumer, event_id) do update
      set status = 'waiting', attempts = 0, next_attempt_at = '-infinity' where not ${missingOnly}`.execute(tx);
  await wakeConsumer(tx, consumer);
  return Number(numAffectedRows ?? 0n);
}

/** Partitions for this month and the next two; months that ended `keepDays` ago and are settled leave. */
export async function keepPartitions(tx: Tx, keepDays: number): Promise<void> {
  await sql`select reeve_ensure_event_partitions(2), reeve_drop_event_partitions(${keepDays})`.execute(tx);
}

async function wakeConsumer(tx: Tx, consumer: string): Promise<void> {
  await sql`select pg_notify(${INBOX_CHANNEL}, ${consumer})`.execute(tx);
}

const idsOf = (events: readonly EventRef[]): string[] => events.map(({ id }) => id);
const timesOf = (events: readonly EventRef[]): string[] => events.map(({ at }) => at);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
