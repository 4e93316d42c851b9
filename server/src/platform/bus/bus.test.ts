import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Database } from '../database/port.ts';
import { openTestDatabase } from '../database/testing.ts';
import { busContract, eventually } from './bus-contract.testing.ts';
import { auditEvent, createTestBus } from './testing.ts';

describe('the bus inside PGlite', () => {
  busContract(async () => {
    const database = await openTestDatabase();
    return { database, natsUrl: null, close: () => database.close() };
  });
});

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
    const consumers = () => database.asRole('operator', (tx) => sql`select from event_consumer`.execute(tx));
    await eventually(async () => (await consumers()).rows.length).toBe(1);
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
