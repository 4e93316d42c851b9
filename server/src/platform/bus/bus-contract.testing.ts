/** What the bus promises, whatever events travel through. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { AppError, asTenantId } from '#kernel';
import type { Database } from '../database/port.ts';
import type { Bus, BusEvent, NewEvent, Subscription } from './port.ts';
import { auditEvent, createTestBus, freshName, notingConsumer, readEffects, type TestBusOptions } from './testing.ts';

export interface BusWorld {
  database: Database;
  natsUrl: string | null;
  close(): Promise<void>;
}

/** Machines that run tests are busy: what must happen soon gets time. */
export const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 20_000, interval: 10 });

/** To be called inside a `describe` that names the engines. */
export function busContract(open: () => Promise<BusWorld>): void {
  let world: BusWorld;
  beforeAll(async () => {
    world = await open();
    await world.database.asRole('operator', (tx) =>
      sql`insert into tenant (id, name) values ('default', 'default'), ('ten_a', 'A') on conflict do nothing`.execute(
        tx,
      ),
    );
  });
  afterAll(() => world.close());

  /** A running bus with these consumers; it ends with the test. */
  async function start(consumers: readonly Subscription[], options: TestBusOptions = {}): Promise<Bus> {
    const bus = createTestBus(world.database, { natsUrl: world.natsUrl, ...options });
    for (const consumer of consumers) bus.subscribe(consumer);
    bus.job.start();
    onTestFinished(async () => {
      await bus.job.stop();
      for (const { name } of consumers) await bus.forget(name);
    });
    // A consumer gets what is appended once it is known.
    await eventually(() => knows(consumers)).toBe(true);
    return bus;
  }

  async function knows(consumers: readonly Subscription[]): Promise<boolean> {
    const { rows } = await world.database.asRole('operator', (tx) =>
      sql<{ name: string }>`select name from event_consumer`.execute(tx),
    );
    return consumers.every(({ name }) => rows.some((row) => row.name === name));
  }

  const append = (bus: Bus, ...events: NewEvent[]): Promise<string[]> =>
    world.database.asRole('operator', (tx) => bus.append(tx, ...events));
  const targets = (events: readonly BusEvent[]): string[] => events.map(({ data }) => String(Object(data).target));
  const openLetters = async (bus: Bus, consumer: string) => {
    const letters = await bus.deadLetters.list({ limit: 500, after: null }, { state: 'open' });
    return letters.filter((letter) => letter.consumer === consumer);
  };

  describe('an event', () => {
    it('travels when its transaction commits, and never when it does not', async () => {
      const service = freshName('svc');
      const consumer = notingConsumer(service, [`audit.${service}.*`]);
      const bus = await start([consumer]);
      const undone = world.database.asRole('operator', async (tx) => {
        await bus.append(tx, auditEvent(service, 'undone'));
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      const [id] = await append(bus, { ...auditEvent(service, 'kept'), traceparent: '00-a-b-01' });
      await eventually(() => targets(consumer.given)).toEqual(['kept']);
      expect(consumer.given[0]).toMatchObject({
        id,
        type: 'audit',
        subject: `audit.${service}.done`,
        tenantId: 'default',
        aggregate: { type: 'test', id: 'kept' },
        traceparent: '00-a-b-01',
        data: { service, action: 'done', actor: null, target: 'kept', reason: null },
        envelope: { specversion: '1.0', source: `/reeve/${service}`, dataschema: 'urn:reeve:event:audit:1' },
      });
      await eventually(() => readEffects(world.database, service)).toEqual(new Map([[id, 1]]));
    });

    it('comes by wake-ups alone, however appends and turns fall together', async () => {
      const service = freshName('svc');
      const consumer = notingConsumer(service, [`audit.${service}.>`]);
      const bus = await start([consumer], { settings: { sweepMs: 3_600_000 } });
      const numbers = Array.from({ length: 40 }, (_, index) => String(index));
      const appendSoon = async (number: string): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 100));
        await append(bus, auditEvent(service, number));
      };
      await Promise.all(numbers.map(appendSoon));
      await eventually(() => targets(consumer.given).toSorted()).toEqual(numbers.toSorted());
    });

    it('that does not fit its schema is refused where it is appended', async () => {
      const bus = createTestBus(world.database);
      const wrong = { ...auditEvent('svc', 'x'), data: { service: 'a b' } } as NewEvent;
      await expect(append(bus, wrong)).rejects.toThrow('does not fit its schema');
      const large = auditEvent('svc', 'x'.repeat(300_000));
      await expect(append(bus, large)).rejects.toThrow('too large');
    });

    it('of another tenant cannot be appended by a tenant', async () => {
      const bus = createTestBus(world.database);
      const foreign = world.database.forTenant({ tenantId: asTenantId('ten_a') }, (tx) =>
        bus.append(tx, auditEvent('svc', 'x')),
      );
      await expect(foreign).rejects.toMatchObject({ code: '42501' });
    });

    it('appended while nobody runs is handed out at the next start', async () => {
      const service = freshName('svc');
      const first = notingConsumer(service, [`audit.${service}.>`]);
      const bus = createTestBus(world.database, { natsUrl: world.natsUrl });
      bus.subscribe(first);
      bus.job.start();
      await eventually(() => knows([first])).toBe(true);
      await bus.job.stop();
      const ids = await append(bus, auditEvent(service, 'a'), auditEvent(service, 'b'));
      const second = notingConsumer(service, [`audit.${service}.>`]);
      await start([second]);
      await eventually(() => second.given.map(({ id }) => id)).toEqual(ids);
    });
  });

  describe('a consumer', () => {
    it('gets the subjects that it asks for, each in a transaction of its role', async () => {
      const [one, two] = [freshName('svc'), freshName('svc')];
      const all = notingConsumer(freshName('all'), [`audit.${one}.>`, `audit.${two}.*`]);
      const some = notingConsumer(freshName('some'), [`audit.*.picked-${one}`]);
      const roles: unknown[] = [];
      const tenants: Subscription = {
        name: freshName('tenants'),
        subjects: [`audit.${one}.>`],
        async handle(_event, tx) {
          const { rows } = await sql`
            select current_user::text as role, current_setting('reeve.tenant_id') as tenant, (select count(*) from tenant) as seen`.execute(
            tx,
          );
          roles.push(...rows);
        },
      };
      const bus = await start([all, some, tenants]);
      await append(bus, auditEvent(one, 'x'), {
        ...auditEvent(one, 'y', { action: `picked-${one}` }),
        tenantId: asTenantId('ten_a'),
      });
      await append(bus, auditEvent(two, 'z'), auditEvent(freshName('svc'), 'nobody'));
      await eventually(() => targets(all.given).toSorted()).toEqual(['x', 'y', 'z']);
      await eventually(() => targets(some.given)).toEqual(['y']);
      await eventually(() => roles.length).toBe(2);
      expect(roles).toEqual(
        expect.arrayContaining([
          { role: 'reeve_app', tenant: 'default', seen: 1 },
          { role: 'reeve_app', tenant: 'ten_a', seen: 1 },
        ]),
      );
    });

    it('keeps the order of each aggregate, with several processes at work', async () => {
      const service = freshName('svc');
      const seen: [string, string][] = [];
      const consumer = (): Subscription => ({
        name: service,
        subjects: [`audit.${service}.>`],
        as: 'projector',
        async handle({ aggregate, data }) {
          seen.push([aggregate.id, Object(data).target]);
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
        },
      });
      const bus = await start([consumer()]);
      await start([consumer()]);
      const numbers = Array.from({ length: 120 }, (_, index) => String(index).padStart(3, '0'));
      for (const number of numbers) {
        await append(bus, auditEvent(service, number, { aggregate: `agg-${Number(number) % 7}` }));
      }
      await eventually(() => seen.length).toBe(numbers.length);
      for (const [, own] of Map.groupBy(seen, ([aggregate]) => aggregate)) {
        const order = own.map(([, target]) => target);
        expect(order).toEqual(order.toSorted());
      }
    });

    it('gets nothing from before it was known', async () => {
      const service = freshName('svc');
      const early = notingConsumer(freshName('early'), [`audit.${service}.>`]);
      const bus = await start([early]);
      await append(bus, auditEvent(service, 'before'));
      await eventually(() => early.given.length).toBe(1);
      const late = notingConsumer(freshName('late'), [`audit.${service}.>`]);
      await start([late]);
      await append(bus, auditEvent(service, 'after'));
      await eventually(() => targets(late.given)).toEqual(['after']);
    });

    it('finishes what it has in hand when the bus stops', async () => {
      const service = freshName('svc');
      let begun = false;
      const slow = notingConsumer(service, [`audit.${service}.>`], async () => {
        begun = true;
        await new Promise((resolve) => setTimeout(resolve, 200));
      });
      const bus = await start([slow]);
      await append(bus, auditEvent(service, 'x'));
      await eventually(() => begun).toBe(true);
      await bus.job.stop();
      expect(targets(slow.given)).toEqual(['x']);
      expect([...(await readEffects(world.database, service)).values()]).toEqual([1]);
    });
  });

  describe('a handler that fails', () => {
    it('is tried three times with its effect undone, then a dead letter is written and critical alarm given', async () => {
      const service = freshName('svc');
      const tries: string[] = [];
      const consumer = notingConsumer(service, [`audit.${service}.>`], ({ data }) => {
        const { target } = Object(data) as { target: string };
        if (target !== 'poison') return;
        tries.push(target);
        throw new Error(`no good: ${tries.length}`);
      });
      const alarms = notingConsumer(freshName('alarms'), ['ops.alert.critical']);
      const other = notingConsumer(freshName('other'), [`audit.${service}.>`]);
      const bus = await start([consumer, alarms, other]);
      const [poison, next, beside] = await append(
        bus,
        auditEvent(service, 'poison', { aggregate: 'a' }),
        auditEvent(service, 'next', { aggregate: 'a' }),
        auditEvent(service, 'beside', { aggregate: 'b' }),
      );
      // Another aggregate and another consumer do not wait for it; its own aggregate does, and then goes on.
      await eventually(() => targets(consumer.given)).toEqual(['beside', 'next']);
      await eventually(() => targets(other.given).toSorted()).toEqual(['beside', 'next', 'poison']);
      expect(tries).toHaveLength(3);
      await eventually(() => readEffects(world.database, service)).toEqual(
        new Map([
          [next, 1],
          [beside, 1],
        ]),
      );
      const letters = await openLetters(bus, service);
      expect(letters).toMatchObject([
        { eventId: poison, subject: `audit.${service}.done`, attempts: 3, reason: 'Error: no good: 3', state: 'open' },
      ]);
      await eventually(() => alarms.given.map(({ data }) => Object(data).labels)).toContainEqual({
        consumer: service,
        subject: `audit.${service}.done`,
        event_id: poison,
      });
    });

    it('does not count when the database was away', async () => {
      const service = freshName('svc');
      let tries = 0;
      const consumer = notingConsumer(service, [`audit.${service}.>`], () => {
        tries += 1;
        if (tries <= 4) throw new AppError('database_unavailable');
      });
      const bus = await start([consumer]);
      await append(bus, auditEvent(service, 'x'));
      await eventually(() => targets(consumer.given)).toEqual(['x']);
      expect(await openLetters(bus, service)).toEqual([]);
    });
  });

  describe('a dead letter', () => {
    async function poisoned() {
      const service = freshName('svc');
      const state = { broken: true };
      const consumer = notingConsumer(service, [`audit.${service}.>`], () => {
        if (state.broken) throw new Error('broken');
      });
      const bus = await start([consumer]);
      const [id] = await append(bus, auditEvent(service, 'x'));
      await eventually(() => openLetters(bus, service)).toHaveLength(1);
      const [letter] = await openLetters(bus, service);
      return { service, state, consumer, bus, id, letterId: letter?.id ?? '' };
    }

    it('is handed out again on request, once', async () => {
      const { service, state, consumer, bus, id, letterId } = await poisoned();
      state.broken = false;
      const settlement = { by: 'key_1', note: 'mended' };
      expect(await bus.deadLetters.replay(letterId, settlement)).toBe(true);
      await eventually(() => targets(consumer.given)).toEqual(['x']);
      expect(await bus.deadLetters.replay(letterId, settlement)).toBe(false);
      expect(await bus.deadLetters.discard(letterId, settlement)).toBe(false);
      await eventually(() => readEffects(world.database, service)).toEqual(new Map([[id, 1]]));
      expect(await bus.deadLetters.find(letterId)).toMatchObject({
        state: 'replayed',
        settledBy: 'key_1',
        note: 'mended',
      });
    });

    it('is given up on request, which leaves an audit event', async () => {
      const { consumer, bus, letterId } = await poisoned();
      const audits = notingConsumer(freshName('audits'), ['audit.bus.*']);
      await start([audits]);
      expect(await bus.deadLetters.discard(letterId, { by: 'operator', note: 'stale' })).toBe(true);
      await eventually(() => audits.given.map(({ data }) => data)).toContainEqual({
        service: 'bus',
        action: 'dead-letter-discarded',
        actor: null,
        target: letterId,
        reason: 'stale',
      });
      expect(consumer.given).toEqual([]);
    });

    it('that fails again is another one', async () => {
      const { service, bus, letterId } = await poisoned();
      await bus.deadLetters.replay(letterId, { by: 'operator', note: null });
      await eventually(async () => (await openLetters(bus, service)).map(({ id }) => id === letterId)).toEqual([false]);
    });
  });

  describe('a replay', () => {
    it('gives a consumer again what the outbox has, by time and by aggregate, or only what it never had', async () => {
      const service = freshName('svc');
      const consumer = notingConsumer(service, [`audit.${service}.>`]);
      const bus = await start([consumer]);
      const ids = await append(bus, ...['a', 'b', 'c'].map((target) => auditEvent(service, target)));
      await eventually(() => consumer.given.length).toBe(3);
      const aggregate = { type: 'test', id: 'b' };
      expect(await bus.replay({ consumer: service, aggregate })).toBe(1);
      await eventually(() => targets(consumer.given)).toEqual(['a', 'b', 'c', 'b']);
      const from = consumer.given[0]?.time ?? '';
      const since = new Date(Date.parse(from) - 10_000).toISOString();
      expect(await bus.replay({ consumer: service, from: since, missingOnly: true })).toBe(0);
      expect(await bus.replay({ consumer: service, from: since })).toBe(3);
      await eventually(() => targets(consumer.given)).toEqual(['a', 'b', 'c', 'b', 'a', 'b', 'c']);
      await eventually(() => readEffects(world.database, service)).toEqual(
        new Map(ids.map((id) => [id, id === ids[1] ? 3 : 2])),
      );
      expect(() => bus.replay({ consumer: service })).toThrow('names a time or an aggregate');
    });
  });

  it('refuses consumers that it could not tell apart or route to', () => {
    const bus = createTestBus(world.database);
    const handle = (): Promise<void> => Promise.resolve();
    bus.subscribe({ name: 'one', subjects: ['a.b'], handle });
    expect(() => bus.subscribe({ name: 'one', subjects: ['a.c'], handle })).toThrow('two consumers');
    expect(() => bus.subscribe({ name: 'no.dots', subjects: ['a'], handle })).toThrow('no name');
    for (const subjects of [[], ['a..b'], ['>.a'], ['a b'], ['']]) {
      expect(() => bus.subscribe({ name: 'two', subjects, handle })).toThrow();
    }
  });
}
