/**
 * The oracle of the bus: processes that append, relay and consume are killed again and again; afterwards each event that
 * was acknowledged has had its effect exactly once for every consumer, in order per aggregate.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { lockDataFolder } from '#platform/database/data-folder-lock.ts';
import { openPgliteDatabase } from '#platform/database/pglite-database.ts';
import type { Database } from '#platform/database/port.ts';
import { openPostgresDatabase } from '#platform/database/postgres-database.ts';
import {
  findEffectFaults,
  killAgainAndAgain,
  KILLS,
  type Notes,
  openNotes,
  startProgram,
  type Victim,
} from '../rigs/kill-loop.ts';
import { auditEvent, createTestBus } from '../../src/platform/bus/testing.ts';

export const SERVICE = 'load';
export const CONSUMERS = ['first', 'second'];
/** The event that ends whoever handles it. */
export const KILLER = 'killer';

export type BrokenPromise = '' | 'effect beside the transaction' | 'says too early';

export interface EventPlace {
  /** `null`: PGlite in a folder of the test's own. */
  postgresUrl: string | null;
  natsUrl: string | null;
}

/** What the kills left behind is handled in small company, which takes its time on a busy machine. */
const SETTLE_MS = 240_000;

export interface KillReport {
  faults: string[];
  acknowledged: number;
}

/** Runs the load, kills it, lets the rest be consumed in peace and compares. */
export async function killEventLoad(
  { postgresUrl, natsUrl }: EventPlace,
  { broken = '', kills = KILLS }: { broken?: BrokenPromise; kills?: number } = {},
): Promise<KillReport> {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-events-'));
  const notes = openNotes(join(folder, 'notes'));
  const place = postgresUrl ?? join(folder, 'data');
  const script = join(import.meta.dirname, 'event-load.testing.ts');
  const start = (work: string): Promise<Victim> =>
    startProgram({ script, args: [notes.path, place, natsUrl ?? '', work, broken], notes });
  // Where several processes can run, appending and consuming die apart.
  const startRound = async (): Promise<Victim> => {
    if (postgresUrl === null) return start('append consume');
    const victims = await Promise.all([start('consume'), start('append'), start('consume')]);
    return {
      async kill() {
        for (const victim of victims.toSorted(() => Math.random() - 0.5)) {
          await victim.kill();
          await sleep(Math.random() * 100);
        }
      },
    };
  };
  try {
    await killAgainAndAgain({ kills, start: startRound, lifeMs: [200, 1_000] });
    const promised = names(notes.read(), 'done');
    const drained = names(notes.read(), 'drained').length;
    const last = await start('consume');
    if (postgresUrl === null) await waitUntilDrained(notes, drained);
    else await waitUntilSettled(postgresUrl, promised);
    await last.kill();
    const asked = names(notes.read(), 'asked');
    const faults = await withDatabase(place, (database) => findFaults(database, { asked, promised }));
    return { faults, acknowledged: promised.length };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Events with one among them that ends each process which handles it: starts consumers until none dies any more. Answers
 * how often each of the others had its effect, and the reasons of dead letters.
 */
export async function outliveKiller({ postgresUrl, natsUrl }: EventPlace) {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-events-'));
  const notes = openNotes(join(folder, 'notes'));
  const place = postgresUrl ?? join(folder, 'data');
  const script = join(import.meta.dirname, 'event-load.testing.ts');
  const start = () => startProgram({ script, args: [notes.path, place, natsUrl ?? '', 'consume'], notes });
  const others = Array.from({ length: 40 }, (_, index) => `event-${String(index).padStart(6, '0')}`);
  const letters = () => withDatabase(place, listLetters);
  try {
    await (await start()).kill();
    const events = others.map((name) => auditEvent(SERVICE, name));
    events.splice(20, 0, auditEvent(SERVICE, KILLER));
    await withDatabase(place, (database) =>
      database.asRole('operator', (tx) => createTestBus(database).append(tx, ...events)),
    );
    for (let lives = 0; lives < 30 && (await letters()).length < CONSUMERS.length; lives += 1) {
      // One that dies before it is ready has died of the same.
      const alive = await start().catch(() => null);
      for (let waitedMs = 0; alive !== null && isAlive(alive.pid) && waitedMs < 8_000; waitedMs += 100)
        await sleep(100);
      await alive?.kill();
    }
    const drained = names(notes.read(), 'drained').length;
    const last = await start();
    if (postgresUrl === null) await waitUntilDrained(notes, drained);
    else await waitUntilSettled(postgresUrl, others);
    await last.kill();
    const effects = await withDatabase(place, (database) => readMarks(database, 'effect'));
    const wanted = CONSUMERS.flatMap((name) => others.map((event) => `${name} ${event}`));
    return { wrong: wanted.filter((event) => effects.get(event) !== 1), reasons: await letters() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Consumer, event and reason of each. */
async function listLetters(database: Database): Promise<[string, string, string][]> {
  const letters = await createTestBus(database).deadLetters.list({ limit: 500, after: null }, { state: 'open' });
  return letters.map(({ consumer, reason, envelope }) => [consumer, Object(envelope['data']).target, reason]);
}

/** Opens it for the while of `work`; the embedded one must not be open elsewhere. */
async function withDatabase<T>(place: string, work: (database: Database) => Promise<T>): Promise<T> {
  const lock = place.startsWith('postgres:') ? null : lockDataFolder(place);
  const database = lock === null ? await openPostgresDatabase({ url: place }) : await openPgliteDatabase({ lock });
  try {
    return await work(database);
  } finally {
    await database.close();
    lock?.release();
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // No such process.
    return false;
  }
}

const names = (lines: readonly string[], word: string): string[] =>
  lines.flatMap((line) => (`${line} `.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));

async function waitUntilDrained(notes: Notes, before: number): Promise<void> {
  const endMs = performance.now() + SETTLE_MS;
  while (names(notes.read(), 'drained').length === before && performance.now() < endMs) await sleep(100);
}

async function waitUntilSettled(url: string, promised: readonly string[]): Promise<void> {
  const database = await openPostgresDatabase({ url, poolSize: 1 });
  const endMs = performance.now() + SETTLE_MS;
  while (performance.now() < endMs) {
    const found = await readMarks(database, 'effect');
    if (CONSUMERS.every((name) => promised.every((event) => found.has(`${name} ${event}`)))) break;
    await sleep(200);
  }
  // What is still on its way would be an effect too many.
  await sleep(1_500);
  await database.close();
}

async function findFaults(
  database: Database,
  { asked, promised }: { asked: readonly string[]; promised: readonly string[] },
): Promise<string[]> {
  const effects = await readMarks(database, 'effect');
  const late = await readMarks(database, 'late');
  const letters = await database.asRole('operator', (tx) =>
    sql<{ reason: string }>`select reason from dead_letter`.execute(tx),
  );
  const each = (events: readonly string[]): string[] =>
    CONSUMERS.flatMap((name) => events.map((event) => `${name} ${event}`));
  const found = [...effects].flatMap(([event, times]) => Array.from({ length: times }, () => event));
  return [
    ...findEffectFaults({ acknowledged: each(promised), asked: each(asked), found }),
    ...[...late.keys()].map((event) => `${event}: after a later one of its aggregate`),
    ...letters.rows.map(({ reason }) => `a dead letter: ${reason}`),
  ];
}

/** `<consumer> <event>` → how often. */
async function readMarks(database: Database, kind: 'effect' | 'late'): Promise<Map<string, number>> {
  const { rows } = await database.asRole('operator', (tx) =>
    sql<{ consumer: string; name: string; times: number }>`
      select substr(projection, ${kind.length + 2}) as consumer, writer_id as name, seq as times
      from projection_cursor where projection like ${`${kind} %`}`.execute(tx),
  );
  return new Map(rows.map(({ consumer, name, times }) => [`${consumer} ${name}`, times]));
}
