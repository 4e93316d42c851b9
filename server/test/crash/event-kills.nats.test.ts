import { afterAll, beforeAll, expect, it } from 'vitest';
import { KILLS } from '../rigs/kill-loop.ts';
import { startNats, type NatsRig } from '../rigs/nats.ts';
import { type PostgresRig, startPostgres } from '../rigs/postgres.ts';
import { CONSUMERS, KILLER, killEventLoad, outliveKiller } from './event-kills.ts';

let nats: NatsRig;
let postgres: PostgresRig;

beforeAll(async () => {
  [nats, postgres] = await Promise.all([startNats(), startPostgres({ fsync: true })]);
});
afterAll(async () => {
  await nats.stop();
  await postgres.stop();
});

const timeout = 240_000 + KILLS * 20_000;

it(`each event has its effect once over ${KILLS} rounds of kill -9, inside PostgreSQL`, { timeout }, async () => {
  const { faults, acknowledged } = await killEventLoad({ postgresUrl: await postgres.url('plain'), natsUrl: null });
  expect(faults).toEqual([]);
  expect(acknowledged).toBeGreaterThan(KILLS * 10);
});

it.each(['PostgreSQL', 'NATS'])(
  'sets aside the event that ends whoever handles it, and nothing else, with %s',
  { timeout: 300_000 },
  async (engine) => {
    const postgresUrl = await postgres.url(`killer_${engine.toLowerCase()}`);
    const { wrong, reasons } = await outliveKiller({ postgresUrl, natsUrl: engine === 'NATS' ? nats.url : null });
    expect(wrong).toEqual([]);
    const reason = 'the process ended each time while it handled the event';
    expect(reasons.toSorted()).toEqual(CONSUMERS.map((name) => [name, KILLER, reason]));
  },
);

it('sees an effect beside the transaction', { timeout: 180_000 }, async () => {
  const place = { postgresUrl: await postgres.url('broken'), natsUrl: null };
  const { faults } = await killEventLoad(place, { broken: 'effect beside the transaction', kills: 4 });
  expect(faults.filter((fault) => fault.includes('there 2 times')).length).toBeGreaterThan(0);
});

it(`each event has its effect once over ${KILLS} rounds of kill -9, over NATS`, { timeout }, async () => {
  // A broker of its own, as each database has: the other one keeps what the killer left.
  const broker = await startNats();
  try {
    const postgresUrl = await postgres.url('nats');
    const { faults, acknowledged } = await killEventLoad({ postgresUrl, natsUrl: broker.url });
    expect(faults).toEqual([]);
    expect(acknowledged).toBeGreaterThan(KILLS * 10);
  } finally {
    await broker.stop();
  }
});
