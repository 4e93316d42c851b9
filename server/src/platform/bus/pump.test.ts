import { expect, it } from 'vitest';
import { createVirtualClock } from '../clock/testing.ts';
import { createPump } from './pump.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function openPump(turn: () => Promise<number | null>) {
  const clock = createVirtualClock();
  const faults: unknown[] = [];
  const pump = createPump({ clock, turn, onFault: (error) => faults.push(error), sweepMs: 1_000 });
  return { clock, faults, pump };
}

it('runs until nothing is left, then only when it is called, due, or for the sweep', async () => {
  const answers: (number | null)[] = [0, 0, null, null, 40, null, null];
  let turns = 0;
  const { clock, pump } = openPump(() => {
    turns += 1;
    return Promise.resolve(answers.shift() ?? null);
  });
  pump.start();
  await settle();
  expect(turns).toBe(3);
  pump.wake();
  await settle();
  expect(turns).toBe(4);
  clock.advance(999);
  await settle();
  expect(turns).toBe(4);
  clock.advance(1);
  await settle();
  expect(turns).toBe(5);
  clock.advance(40);
  await settle();
  expect(turns).toBe(6);
  await pump.stop();
  pump.wake();
  clock.advance(5_000);
  await settle();
  expect(turns).toBe(6);
});

it('loses no call that comes while it runs', async () => {
  let turns = 0;
  const { pump } = openPump(async () => {
    turns += 1;
    if (turns === 1) pump.wake();
    await settle();
    return null;
  });
  pump.start();
  for (let wait = 0; wait < 6; wait += 1) await settle();
  expect(turns).toBe(2);
  await pump.stop();
});

it('tries again after a fault, with pauses that grow to a bound', async () => {
  let turns = 0;
  const { clock, faults, pump } = openPump(() => {
    turns += 1;
    return Promise.reject(new Error('away'));
  });
  pump.start();
  await settle();
  for (const pauseMs of [100, 200, 400, 800]) {
    clock.advance(pauseMs - 1);
    await settle();
    const before = turns;
    clock.advance(1);
    await settle();
    expect(turns).toBe(before + 1);
  }
  expect(faults).toHaveLength(5);
  await pump.stop();
});
