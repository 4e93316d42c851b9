/** `kill -9` of workers of workflows: each run ends, and each effect is there once where its key is used. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { Database } from '#platform/database/port.ts';
import { findEffectFaults, KILLS, killAgainAndAgain, openNotes, startProgram, type Victim } from '../rigs/kill-loop.ts';

export interface KillPlace {
  /** A data folder, or the URL of a database. */
  place: string;
  /** How many workers live at a time. */
  workers: number;
  notesPath: string;
  /** After the last worker is gone. */
  openDatabase(): Promise<Database>;
}

const STEPS = ['first', 'second', 'third'];

export function workflowKills(makePlace: () => Promise<KillPlace>): void {
  it(`ends every run, with each effect once, over ${KILLS} kill -9`, { timeout: 180_000 + KILLS * 8_000 }, async () => {
    const place = await makePlace();
    await loadAndKill(place, { kills: KILLS, lifeMs: [50, 1_200], broken: '' });
    expect(await findFaults(place)).toEqual([]);
  });

  it('fault: an effect that is made without its key is there twice', { timeout: 600_000 }, async () => {
    let twice: string[] = [];
    // Long enough for some run to stand behind its second effect when the kill comes; how long that is the machine decides.
    for (let lifeMs = 1_500; twice.length === 0 && lifeMs <= 12_000; lifeMs *= 2) {
      const place = await makePlace();
      await loadAndKill(place, { kills: 3, lifeMs: [lifeMs, 2 * lifeMs], broken: 'sends no key' });
      twice = (await findFaults(place)).filter((text) => /second: there 2 times/.test(text));
    }
    expect(twice).not.toEqual([]);
  });
}

/** One of the workers is killed each time, and comes back to its place; at the end one alone finishes what is left. */
async function loadAndKill(
  { place, workers, notesPath }: KillPlace,
  { kills, lifeMs, broken }: { kills: number; lifeMs: readonly [number, number]; broken: string },
): Promise<void> {
  const notes = openNotes(notesPath);
  const script = join(import.meta.dirname, 'workflow-load.testing.ts');
  const alive = new Map<number, Victim>();
  const launch = (slot: number, mode: string) =>
    startProgram({ script, args: [place, `place${slot}`, notesPath, mode, broken], notes });
  await killAgainAndAgain({
    kills,
    lifeMs,
    async start(round) {
      for (let slot = 0; slot < workers; slot += 1) if (!alive.has(slot)) alive.set(slot, await launch(slot, 'load'));
      const slot = round % workers;
      return {
        async kill() {
          await alive.get(slot)?.kill();
          alive.delete(slot);
        },
      };
    },
  });
  for (const victim of alive.values()) await victim.kill();
  // Each place comes back, so that nobody has to wait until the others are taken for dead.
  const finishers: Victim[] = [];
  for (let slot = 0; slot < workers; slot += 1) finishers.push(await launch(slot, 'finish'));
  while (!notes.read().includes('settled')) await sleep(50);
  for (const finisher of finishers) await finisher.kill();
}

async function findFaults({ notesPath, openDatabase }: KillPlace): Promise<string[]> {
  const lines = openNotes(notesPath).read();
  const asked = lines.filter((line) => line.startsWith('asked ')).map((line) => line.slice(6));
  // Who takes effects knows those that it had by their key.
  const effects = new Map(
    lines.filter((line) => line.startsWith('effect ')).map((line) => [line, line.split(' ')[1] ?? '']),
  );
  const database = await openDatabase();
  const { runs, counts } = await database.asRole('operator', async (tx) => ({
    runs: await sql<{ id: string; state: string; reason: string | null }>`
      select id, state, reason from workflow_run`.execute(tx),
    counts: await sql<{ id: string; count: number }>`
      select key_hash as id, status as count from idempotency_key`.execute(tx),
  }));
  await database.close();
  const ids = runs.rows.map(({ id }) => id);
  expect(asked.length).toBeGreaterThan(5);
  return [
    ...asked.filter((id) => !ids.includes(id)).map((id) => `${id}: acknowledged, and not there`),
    ...runs.rows.filter(({ state }) => state !== 'ready').map(({ id, state, reason }) => `${id}: ${state} ${reason}`),
    ...counts.rows.filter(({ count }) => count !== 1).map(({ id, count }) => `${id}: counted ${count} times`),
    ...(counts.rows.length === ids.length ? [] : [`${counts.rows.length} of ${ids.length} runs counted`]),
    ...findEffectFaults({
      acknowledged: [],
      asked: ids.flatMap((id) => STEPS.map((step) => `${id}:${step}`)),
      found: effects.values(),
      allAsked: true,
    }),
  ];
}
