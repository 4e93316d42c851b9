import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type NatsRig, startNats } from '../../../test/rigs/nats.ts';
import { type PostgresRig, startPostgres } from '../../../test/rigs/postgres.ts';
import { systemClock } from '../clock/system-clock.ts';
import type { Database } from '../database/port.ts';
import { openPostgresDatabase } from '../database/postgres-database.ts';
import { openTestDatabase } from '../database/testing.ts';
import { createRecordingTelemetry } from '../telemetry/testing.ts';
import { DEFAULT_SETTINGS } from './bus-parts.ts';
import { busContract, eventually } from './bus-contract.testing.ts';
import { Doubt } from './nats-doubt.ts';
import type { Bus, BusEvent, Subscription } from './port.ts';
import { auditEvent, createTestBus, freshName, notingConsumer, readEffects, type TestBusOptions } from './testing.ts';

const STREAM = 'REEVE_EVENTS';

let postgres: PostgresRig;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

async function openPostgres(name: string): Promise<Database> {
  const database = await openPostgresDatabase({ url: await postgres.url(name) });
  await database.migrate();
  return database;
}

describe.each([
  ['PostgreSQL', () => openPostgres('contract')],
  ['PGlite', openTestDatabase],
])('the bus over NATS and %s', (_name, openDatabase) => {
  busContract(async () => {
    const nats = await startNats();
    const database = await openDatabase();
    return {
      database,
      natsUrl: nats.url,
      async close() {
        await database.close();
        await nats.stop();
      },
    };
  });
});

describe('with NATS', () => {
  let nats: NatsRig;
  let database: Database;
  let service: string;

  beforeAll(async () => {
    nats = await startNats();
    database = await openPostgres('faults');
  });
  afterAll(async () => {
    await database.close();
    await nats.stop();
  });
  beforeEach(() => {
    service = freshName('svc');
  });

  function start(consumers: readonly Subscription[], options: TestBusOptions = {}): Bus {
    const bus = createTestBus(database, { natsUrl: nats.url, ...options });
    for (const consumer of consumers) bus.subscribe(consumer);
    bus.job.start();
    onTestFinished(() => bus.job.stop());
    return bus;
  }

  /** Resolves once events come through, so that faults meet a bus at work. */
  async function warmUp(bus: Bus, consumer: { given: BusEvent[] }): Promise<void> {
    for (let turn = 0; consumer.given.length === 0; turn += 1) {
      await append(bus, `warm-${turn}`);
      await sleep(50);
    }
    await eventually(() => bus.check()).toBeNull();
  }

  const append = (bus: Bus, ...targets: string[]): Promise<string[]> =>
    database.asRole('operator', (tx) =>
      bus.append(tx, ...targets.map((target) => auditEvent(service, target, { aggregate: 'one' }))),
    );
  const targets = (events: readonly BusEvent[]): string[] =>
    events.map(({ data }) => String(Object(data).target)).filter((target) => !target.startsWith('warm'));
  const numbers = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, index) => String(from + index).padStart(4, '0'));
  const once = async (): Promise<void> => {
    const effects = await readEffects(database, service);
    expect([...effects.values()].filter((times) => times !== 1)).toEqual([]);
  };

  async function withManager<T>(work: (manager: JetStreamManager) => Promise<T>): Promise<T> {
    const connection = await connect({ servers: nats.url });
    try {
      return await work(await jetstreamManager(connection));
    } finally {
      await connection.close();
    }
  }

  function raiseDoubt(manager: JetStreamManager, consumer: string): Doubt {
    const { log } = createRecordingTelemetry();
    const doubt = new Doubt({ clock: systemClock, database, log, settings: DEFAULT_SETTINGS }, consumer);
    doubt.connect(manager);
    doubt.raise();
    onTestFinished(() => doubt.stop());
    return doubt;
  }

  /** How many messages the stream holds that the consumer has not been given. */
  const stored = (): Promise<number> =>
    withManager(async (manager) => (await manager.consumers.info(STREAM, service)).num_pending);

  it('keeps what is appended while the broker is away, tells of it, and catches up in order', async () => {
    const consumer = notingConsumer(service, [`audit.${service}.>`]);
    const health = notingConsumer(freshName('health'), ['ops.health.bus']);
    const bus = start([consumer, health]);
    await warmUp(bus, consumer);
    await nats.down();
    await eventually(() => bus.check()).toContain('NATS does not answer');
    for (const number of numbers(0, 300)) await append(bus, number);
    await nats.up();
    await eventually(() => targets(consumer.given)).toEqual(numbers(0, 300));
    await eventually(() => health.given.map(({ data }) => Object(data).status)).toEqual(['degraded', 'healthy']);
    await once();
  });

  it('starts while the broker is away', async () => {
    await nats.down();
    const consumer = notingConsumer(service, [`audit.${service}.>`]);
    const bus = start([consumer]);
    await sleep(300);
    await append(bus, ...numbers(0, 5));
    await nats.up();
    await eventually(() => targets(consumer.given)).toEqual(numbers(0, 5));
  });

  it('loses and doubles nothing when the broker is killed or stands still', async () => {
    const consumer = notingConsumer(service, [`audit.${service}.>`]);
    const bus = start([consumer]);
    await warmUp(bus, consumer);
    for (const fault of ['crash', 'pause', 'crash', 'pause'] as const) {
      const from = Number(targets(consumer.given).length);
      const appending = (async () => {
        for (const number of numbers(from, from + 150)) await append(bus, number);
      })();
      if (fault === 'crash') await nats.crash();
      else {
        nats.pause();
        await sleep(1_500);
        nats.resume();
      }
      await appending;
      await eventually(() => targets(consumer.given).length).toBe(from + 150);
    }
    expect(targets(consumer.given)).toEqual(numbers(0, 600));
    await once();
  });

  it('does no harm with several relays, and each event is in the stream once', async () => {
    const consumer = notingConsumer(service, [`audit.${service}.>`]);
    const bus = start([consumer]);
    start([]);
    start([]);
    await warmUp(bus, consumer);
    const count = (): Promise<number> =>
      withManager(async (manager) => {
        const { state } = await manager.streams.info(STREAM, { subjects_filter: `audit.${service}.>` });
        return Object.values(state.subjects ?? {}).reduce((sum, one) => sum + one, 0);
      });
    const before = await count();
    const appended = await Promise.all(numbers(0, 400).map((target) => append(bus, target)));
    expect(appended.flat()).toHaveLength(400);
    await eventually(() => targets(consumer.given).length).toBe(400);
    expect(await count()).toBe(before + 400);
    await once();
  });

  it('repairs from the outbox what a broker lost', async () => {
    const consumer = notingConsumer(service, [`audit.${service}.>`]);
    const bus = start([consumer]);
    await warmUp(bus, consumer);
    await bus.job.stop();
    const relay = start([]);
    await append(relay, ...numbers(0, 20));
    await eventually(stored).toBeGreaterThanOrEqual(20);
    await withManager((manager) => manager.streams.purge(STREAM));
    const again = notingConsumer(service, [`audit.${service}.>`]);
    const mended = start([again]);
    await eventually(() => mended.check()).toBeNull();
    expect(
      await mended.replay({ consumer: service, from: '2000-01-01T00:00:00Z', missingOnly: true }),
    ).toBeGreaterThanOrEqual(20);
    await eventually(() => targets(again.given)).toEqual(numbers(0, 20));
    await once();
  });

  it('passes over what is no event', async () => {
    const consumer = notingConsumer(service, [`audit.${service}.>`]);
    const bus = start([consumer]);
    await warmUp(bus, consumer);
    const connection = await connect({ servers: nats.url });
    await jetstream(connection).publish(`audit.${service}.x`, 'not json');
    await connection.close();
    await append(bus, 'after');
    await eventually(() => targets(consumer.given)).toEqual(['after']);
  });

  describe('an event that processes took three times and never acknowledged', () => {
    /** Takes what waits for the consumer and gives it back, as often as the server allows. */
    async function exhaust(): Promise<void> {
      await withManager(async (manager) => {
        const consumer = await manager.jetstream().consumers.get(STREAM, service);
        let deliveries = 0;
        const messages = await consumer.consume({ max_messages: 1, group: 'one' });
        for await (const message of messages) {
          message.nak();
          deliveries += 1;
          if (deliveries === 3) break;
        }
        await messages.close();
        await manager.consumers.unpin(STREAM, service, 'one');
      });
    }

    async function exhausted(handle: Subscription['handle'] | null) {
      const consumer = notingConsumer(service, [`audit.${service}.>`]);
      const bus = start([consumer]);
      await warmUp(bus, consumer);
      await bus.job.stop();
      const relay = start([]);
      await append(relay, 'last');
      await eventually(stored).toBe(1);
      await relay.job.stop();
      await exhaust();
      const again = notingConsumer(service, [`audit.${service}.>`]);
      return { again, bus: start([handle === null ? again : { ...again, handle }]) };
    }

    it('gets one more attempt, alone', async () => {
      const { again } = await exhausted(null);
      await eventually(() => targets(again.given)).toEqual(['last']);
      await once();
    });

    it('is a dead letter when that fails', async () => {
      const { bus } = await exhausted(() => Promise.reject(new Error('still no good')));
      const letters = async (): Promise<unknown[]> => {
        const open = await bus.deadLetters.list({ limit: 500, after: null }, { state: 'open' });
        return open.filter(({ consumer }) => consumer === service).map(({ reason, attempts }) => [reason, attempts]);
      };
      await eventually(letters).toEqual([['Error: still no good', 3]]);
    });

    it('leaves its consumer in doubt of the order, as the server knows; others are sure soon', async () => {
      const other = freshName('other');
      const bus = start([notingConsumer(other, [`audit.${other}.>`])]);
      const { again, bus: next } = await exhausted(null);
      await eventually(() => targets(again.given)).toEqual(['last']);
      await append(next, 'after');
      await eventually(() => targets(again.given)).toEqual(['last', 'after']);
      await withManager(async (manager) => {
        const isAcknowledged = async (): Promise<boolean> => {
          const { ack_floor, delivered } = await manager.consumers.info(STREAM, service);
          return ack_floor.stream_seq === delivered.stream_seq;
        };
        await eventually(isAcknowledged).toBe(true);
        const [left, sure] = [raiseDoubt(manager, service), raiseDoubt(manager, other)];
        await eventually(() => sure.isRaised).toBe(false);
        await sleep(2_500);
        expect(left.isRaised).toBe(true);
      });
      await bus.job.stop();
    });

    it('keeps others in doubt while the word of it is on its way', async () => {
      const bus = start([notingConsumer(service, [`audit.${service}.>`])]);
      await eventually(() => stored().catch(() => -1)).toBe(0);
      await bus.job.stop();
      await withManager(async (manager) => {
        const advisory = JSON.stringify({ consumer: service, stream_seq: 1_000_000 });
        await manager.jetstream().publish(`$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.${STREAM}.${service}`, advisory);
        const doubt = raiseDoubt(manager, service);
        await sleep(2_500);
        expect(doubt.isRaised).toBe(true);
        start([]);
        await eventually(() => doubt.isRaised).toBe(false);
      });
    });
  });
});
