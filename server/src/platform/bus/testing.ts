/** A bus for tests: real tables, short pauses, and handlers that note their effects where a doubled one shows. */
import { sql } from 'kysely';
import { createUuidSource, type Clock } from '#kernel';
import { createSystemRandom, systemClock } from '../clock/system-clock.ts';
import type { Database, Tx } from '../database/port.ts';
import type { Log } from '../telemetry/port.ts';
import { createEventAppender } from './append-event.ts';
import type { BusSettings } from './bus-parts.ts';
import { createBus } from './create-bus.ts';
import type { Bus, BusEvent, EventAppender, NewEvent, Subscription } from './port.ts';

const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

const random = createSystemRandom();

/** For rooms that append and whose tests look at no consumer. */
export function createTestAppender(clock: Clock = systemClock): EventAppender {
  return createEventAppender({ clock, random });
}

const QUICK: Partial<BusSettings> = { backoffMs: [20, 40], ackWaitMs: 1_000, sweepMs: 5_000 };

export interface TestBusOptions {
  natsUrl?: string | null;
  settings?: Partial<BusSettings>;
  log?: Log;
}

/** A bus over the system clock; start and stop its job. */
export function createTestBus(database: Database, options: TestBusOptions = {}): Bus {
  const { natsUrl = null, settings = {}, log = silentLog } = options;
  const all = { ...QUICK, ...settings };
  return createBus({ database, clock: systemClock, random, log, natsUrl, settings: all });
}

const nextUuid = createUuidSource(systemClock, random);
/** Fresh for each use, so that tests over one database do not meet. */
export const freshName = (prefix: string): string => `${prefix}-${nextUuid().replaceAll('-', '').slice(-12)}`;

/** An event under the subject `audit.<service>.<action>`. */
export function auditEvent(
  service: string,
  target: string,
  rest: { aggregate?: string; action?: string } = {},
): NewEvent {
  const { aggregate = target, action = 'done' } = rest;
  return {
    type: 'audit',
    tenantId: 'default' as NewEvent['tenantId'],
    aggregate: { type: 'test', id: aggregate },
    data: { service, action, actor: null, target, reason: null },
  };
}

/** Notes the event's effect: once more each time it happens. For handlers that run as `projector` or `operator`. */
export async function noteEffect(tx: Tx, consumer: string, { id }: Pick<BusEvent, 'id'>): Promise<void> {
  await sql`insert into projection_cursor (projection, writer_id, seq) values (${consumer}, ${id}, 1)
    on conflict (projection, writer_id) do update set seq = projection_cursor.seq + 1`.execute(tx);
}

/** How often each event's effect happened for the consumer. */
export function readEffects(database: Database, consumer: string): Promise<Map<string, number>> {
  return database.asRole('operator', async (tx) => {
    const { rows } = await sql<{ id: string; times: number }>`
      select writer_id as id, seq as times from projection_cursor where projection = ${consumer}`.execute(tx);
    return new Map(rows.map(({ id, times }) => [id, times]));
  });
}

/** A consumer that notes its effects and remembers what it was given, in order. */
export function notingConsumer(
  name: string,
  subjects: readonly string[],
  before: (event: BusEvent) => Promise<void> | void = () => undefined,
): Subscription & { given: BusEvent[] } {
  const given: BusEvent[] = [];
  return {
    name,
    subjects,
    as: 'projector',
    given,
    async handle(event, tx) {
      await noteEffect(tx, name, event);
      await before(event);
      given.push(event);
    },
  };
}
