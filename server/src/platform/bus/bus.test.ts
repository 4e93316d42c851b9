import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Database } from '../database/port.ts';
import { openTestDatabase } from '../database/testing.ts';
import { busContract, eventually } from './bus-contract.testing.ts';
import { leaseWaiting } from './event-store.ts';
import { auditEvent, createTestBus, notingConsumer } from './testing.ts';

describe('the bus inside PGlite', () => {
  busContract(async () => {
    const database = await openTestDatabase();
    return { database, natsUrl: null, close: () => database.close() };
  });
});

/** Its one consumer gets what is appended from now on. */
async function untilKnown(database: Database): Promise<void> {
  const consumers = () => database.asRole('operator', (tx) => sql`select from event_consumer`.execute(tx));
  await eventually(async () => (await consumers()).rows.length).toBe(1);
}

describe('an attempt inside PGlite', () => {
  /** Syncs of the disk between the commit of an append and its handler. */
  async function syncsBeforeHandler(spoil = (database: Database): Database => database): Promise<number> {
    const database = await openTestDatabase();
    const bus = createTestBus(spoil(database));
    const counts: number[] = [];
    bus.subscribe({
      name: 'counts',
      subjects: ['audit.svc.>'],
      as: 'operator',
      handle: () => Promise.resolve(void counts.push(database.syncCount())),
    });
    bus.job.start();
    onTestFinished(async () => {
      await bus.job.stop();
      await database.close();
    });
    await untilKnown(database);
    await database.asRole('operator', (tx) => bus.append(tx, auditEvent('svc', 'x')));
    const before = database.syncCount();
    await eventually(() => counts.length).toBe(1);
    return (counts[0] ?? 0) - before;
  }

  it('is on the disk before it is made, so that it outlives the process; the way there is not', async () => {
    expect(await syncsBeforeHandler()).toBe(1);
  });

  it('fault: one that does not wait for the disk is seen', async () => {
    const spoil = (database: Database): Database => ({
      ...database,
      asRole: (role, work) => database.asRole(role, work, { sync: false }),
    });
    expect(await syncsBeforeHandler(spoil)).toBe(0);
  });
});

describe('an event in hand when its process ended, inside PGlite', () => {
  /** Two events that a process had leased: one tried in company, one for the third time. */
  async function leaveBehind() {
    const database = await openTestDatabase();
    onTestFinished(() => database.close());
    const before = createTestBus(database);
    const had = notingConsumer('left', ['audit.svc.>']);
    before.subscribe(had);
    before.job.start();
    await untilKnown(database);
    const append = (name: string) => database.asRole('operator', (tx) => before.append(tx, auditEvent('svc', name)));
    const [[inCompany = ''], [alone = '']] = [await append('in company'), await append('alone')];
    await eventually(() => had.given.length).toBe(2);
    await before.job.stop();
    await database.asRole('operator', (tx) =>
      sql`update inbox set status = 'waiting', next_attempt_at = now() + interval '1 hour',
        attempts = case event_id when ${alone}::uuid then 3 else 2 end`.execute(tx),
    );
    return { database, inCompany, alone };
  }

  it('is handed out at once by the next, and later where it was alone, as it may be to blame', async () => {
    const { database, inCompany } = await leaveBehind();
    const bus = createTestBus(database);
    const consumer = notingConsumer('left', ['audit.svc.>']);
    bus.subscribe(consumer);
    bus.job.start();
    onTestFinished(() => bus.job.stop());
    await eventually(() => consumer.given.length).toBe(1);
    await database.asRole('operator', (tx) => bus.append(tx, auditEvent('svc', 'behind both')));
    await eventually(() => consumer.given.length).toBe(2);
    expect(consumer.given[0]?.id).toBe(inCompany);
    expect(consumer.given.map(({ aggregate }) => aggregate.id)).toEqual(['in company', 'behind both']);
  });

  it('is leased for twice as long with each attempt', async () => {
    const { database, alone } = await leaveBehind();
    const nowMs = Date.now() + 3_700_000;
    const wish = { consumer: 'left', tried: [3, 3], limit: 1, nowMs, leaseMs: 1_000 } as const;
    const taken = await database.asRole('operator', (tx) => leaseWaiting(tx, wish));
    expect(taken.map(({ id, attempts }) => [id, attempts])).toEqual([[alone, 4]]);
    const { rows } = await database.asRole('operator', (tx) =>
      sql<{ ms: number }>`select (extract(epoch from next_attempt_at) * 1000)::float8 as ms from inbox
        where event_id = ${alone}::uuid`.execute(tx),
    );
    expect(rows).toEqual([{ ms: nowMs + 8_000 }]);
  });
});
