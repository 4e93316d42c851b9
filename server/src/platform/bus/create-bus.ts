/** Puts the bus together: the outbox, the way out of it, and an inbox for each consumer. */
import { createUuidSource, defaultTenantId, type Clock, type Job, type Random } from '#kernel';
import type { Database } from '../database/port.ts';
import type { Log } from '../telemetry/port.ts';
import { createEventAppender } from './append-event.ts';
import { DEFAULT_SETTINGS, TRIED_IN_COMPANY, type BusParts, type BusSettings } from './bus-parts.ts';
import { createDeadLetters } from './dead-letters.ts';
import {
  endLeases,
  INBOX_CHANNEL,
  offerFromOutbox,
  OUTBOX_CHANNEL,
  registerConsumer,
  removeConsumer,
} from './event-store.ts';
import { createInboxPump } from './inbox-pump.ts';
import { NatsTransport } from './nats-transport.ts';
import type { Bus, ReplayWish, Subscription } from './port.ts';
import type { Pump } from './pump.ts';
import { createEventsPart } from './show-events.ts';
import { toPattern } from './subject-pattern.ts';
import { createEmbeddedTransport, type Transport } from './transport.ts';
import { createEventUpkeep } from './upkeep-jobs.ts';

export interface BusInputs {
  database: Database;
  clock: Clock;
  random: Random;
  log: Log;
  /** `null`: events travel inside the database. */
  natsUrl: string | null;
  settings?: Partial<BusSettings>;
}

const NAME = /^[a-z][a-z0-9-]{0,62}$/;
const REGISTER_RETRY_MS = 1_000;

/** Throws where the URL is none of NATS. Nothing moves until the job starts; the schema must stand by then. */
export function createBus(inputs: BusInputs): Bus {
  const { database, clock, random, log, natsUrl } = inputs;
  const events = createEventAppender({ clock, random });
  const settings = { ...DEFAULT_SETTINGS, ...inputs.settings };
  const parts: BusParts = { database, clock, log, events, nextUuid: createUuidSource(clock, random), settings };
  const subscriptions: (Subscription & { pattern: string })[] = [];
  const transport =
    natsUrl === null ? createEmbeddedTransport(parts) : new NatsTransport(parts, natsUrl, createHealthTeller(parts));

  return {
    append: events.append,
    subscribe(subscription) {
      const { name, subjects } = subscription;
      if (!NAME.test(name)) throw new TypeError(`"${name}" is no name for a consumer`);
      if (subscriptions.some((other) => other.name === name)) throw new TypeError(`two consumers are called ${name}`);
      subscriptions.push({ ...subscription, pattern: toPattern(subjects) });
    },
    forget: (consumer) => database.asRole('operator', (tx) => removeConsumer(tx, consumer)),
    replay(wish) {
      assertBounded(wish);
      return database.asRole('operator', (tx) => offerFromOutbox(tx, wish));
    },
    deadLetters: createDeadLetters(parts),
    live: createEventsPart({
      database,
      transport: natsUrl === null ? 'database' : 'nats',
      fault: () => transport.fault(),
    }),
    job: createBusJob(parts, subscriptions, transport),
    upkeep: createEventUpkeep(parts),
    check: () => Promise.resolve(transport.fault()),
  };
}

function assertBounded({ from, to, aggregate }: ReplayWish): void {
  if (from === undefined && to === undefined && aggregate === undefined) {
    throw new TypeError('a replay names a time or an aggregate');
  }
}

function createBusJob(
  parts: BusParts,
  subscriptions: readonly (Subscription & { pattern: string })[],
  transport: Transport,
): Job {
  const { database, clock, log } = parts;
  const inboxes = new Map<string, Pump>();
  let stopped = false;
  let endPause = (): void => {};
  let opening: Promise<void> = Promise.resolve();
  const unlisten: (() => Promise<void>)[] = [];

  async function open(): Promise<void> {
    const since = new Map<string, string>();
    if (database.engine === 'pglite') await database.asRole('operator', (tx) => endLeases(tx, TRIED_IN_COMPANY));
    for (const consumer of subscriptions) {
      since.set(consumer.name, await database.asRole('operator', (tx) => registerConsumer(tx, consumer)));
    }
    unlisten.push(await database.listen(OUTBOX_CHANNEL, () => transport.wake()));
    if (subscriptions.length > 0)
      unlisten.push(await database.listen(INBOX_CHANNEL, (name) => wakeNamed(inboxes, name)));
    for (const subscription of subscriptions) {
      inboxes.set(subscription.name, createInboxPump(parts, subscription, transport.doubtOf(subscription.name)));
    }
    for (const inbox of inboxes.values()) inbox.start();
    transport.start(subscriptions, (name) => Promise.resolve(since.get(name) ?? ''));
  }

  async function keepOpening(): Promise<void> {
    while (!stopped) {
      try {
        return await open();
      } catch (error) {
        log.warn({ error }, 'events do not move yet: the database does not answer');
        for (const stop of unlisten.splice(0)) await stop();
        await new Promise<void>((resolve) => {
          endPause = resolve;
          clock.after(REGISTER_RETRY_MS, resolve);
        });
      }
    }
  }

  return {
    name: 'events',
    start() {
      opening = keepOpening();
    },
    async stop() {
      stopped = true;
      endPause();
      await opening;
      for (const stop of unlisten.splice(0)) {
        await stop().catch((error: unknown) => log.debug({ error }, 'the channel of events was gone already'));
      }
      await transport.stop();
      await Promise.all([...inboxes.values()].map((inbox) => inbox.stop()));
    },
  };
}

/** Something waits for the consumer that is named; where none is, notices may have been lost. */
function wakeNamed(inboxes: ReadonlyMap<string, Pump>, name: string): void {
  for (const [consumer, inbox] of inboxes) if (name === '' || name === consumer) inbox.wake();
}

/** Says once per change whether the broker is there, as an event that waits in the outbox like all others. */
function createHealthTeller({ database, events, log }: BusParts): (connected: boolean) => void {
  let told = true;
  return (connected) => {
    log[connected ? 'info' : 'warn']({}, connected ? 'NATS is there' : 'NATS is away; events wait in the outbox');
    if (connected === told) return;
    told = connected;
    const status = connected ? 'healthy' : 'degraded';
    database
      .asRole('operator', (tx) =>
        events.append(tx, {
          type: 'ops.health',
          tenantId: defaultTenantId,
          aggregate: { type: 'service', id: 'bus' },
          data: { service: 'bus', status, detail: connected ? null : 'NATS does not answer' },
        }),
      )
      .catch((error: unknown) => log.warn({ error }, 'a change of health could not be told'));
  };
}
