import { expect, it } from 'vitest';
import { KILLS } from '../rigs/kill-loop.ts';
import { CONSUMERS, KILLER, killEventLoad, outliveKiller } from './event-kills.ts';

const EMBEDDED = { postgresUrl: null, natsUrl: null };

it(
  `each event has its effect once over ${KILLS} kill -9, inside PGlite`,
  { timeout: 240_000 + KILLS * 20_000 },
  async () => {
    const { faults, acknowledged } = await killEventLoad(EMBEDDED);
    expect(faults).toEqual([]);
    expect(acknowledged).toBeGreaterThan(KILLS * 10);
  },
);

it('sees an append that was acknowledged before its commit', { timeout: 180_000 }, async () => {
  const { faults } = await killEventLoad(EMBEDDED, { broken: 'says too early', kills: 3 });
  expect(faults.filter((fault) => fault.includes('promised, and not there')).length).toBeGreaterThan(0);
});

it(
  'sets aside the event that ends whoever handles it, and nothing else, inside PGlite',
  { timeout: 300_000 },
  async () => {
    const { wrong, reasons } = await outliveKiller(EMBEDDED);
    expect(wrong).toEqual([]);
    const reason = 'the process ended each time while it handled the event';
    expect(reasons.toSorted()).toEqual(CONSUMERS.map((name) => [name, KILLER, reason]));
  },
);
