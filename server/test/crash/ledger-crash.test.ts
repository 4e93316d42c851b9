import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { verifyAllChains } from '#audit';
import { lockDataFolder } from '#platform/database/data-folder-lock.ts';
import { openPgliteDatabase } from '#platform/database/pglite-database.ts';
import { makeTestFolder, openTestLedger } from '../../src/records/audit/testing.ts';
import { type BrokenPromise, breakJournal } from './broken-journal.testing.ts';

const KILLS = 6;

let folder: ReturnType<typeof makeTestFolder>;

beforeEach(() => {
  folder = makeTestFolder();
});
afterEach(() => folder.remove());

it(`keeps its word over ${KILLS} kill -9 under load`, { timeout: 180_000 }, async () => {
  for (let kill = 0; kill < KILLS; kill += 1) await runUntilKilled('', 50 + Math.random() * 700);
  const answered = readAnswers();
  expect(answered.done.size).toBeGreaterThan(500);
  expect(answered.opened.size).toBeGreaterThan(answered.done.size);
  expect(await findFaults(answered, '')).toEqual([]);
});

const BROKEN: [BrokenPromise, RegExp][] = [
  ['answers too early', /^acknowledged receipt/],
  ['drops a record', /follows number/],
  ['settles twice', /follows number/],
  ['forgets intents', /^opened call .* has no receipt/],
];
it.each(BROKEN)('sees a ledger that %s', { timeout: 120_000 }, async (broken, says) => {
  await runUntilKilled(broken, 500);
  const faults = await findFaults(readAnswers(), broken);
  expect(faults.filter((text) => says.test(text)).length).toBeGreaterThan(0);
});

async function runUntilKilled(broken: BrokenPromise, lifeMs: number): Promise<void> {
  const script = join(import.meta.dirname, 'ledger-load.testing.ts');
  const seen = countReady();
  const child = spawn(process.execPath, [script, folder.path, broken], { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = once(child, 'exit');
  while (countReady() === seen) {
    if (child.exitCode !== null) throw new Error('the process ended before it was ready');
    await sleep(20);
  }
  await sleep(lifeMs);
  child.kill('SIGKILL');
  const [, signal] = await ended;
  expect(signal).toBe('SIGKILL');
}

/** What the ledger had answered when its process was killed. */
interface Answered {
  opened: Set<string>;
  /** Id → hash. */
  done: Map<string, string>;
}

function readAnswers(): Answered {
  const answered: Answered = { opened: new Set(), done: new Map() };
  for (const line of answerLines()) {
    const [step, id = '', hash = ''] = line.split(' ');
    if (step === 'open') answered.opened.add(id);
    if (step === 'done') answered.done.set(id, hash);
  }
  return answered;
}

function countReady(): number {
  return answerLines().filter((line) => line === 'ready').length;
}

function answerLines(): string[] {
  const path = join(folder.path, 'answers');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
}

/** Opens what the last kill left and compares it with what was answered. */
async function findFaults({ opened, done }: Answered, broken: BrokenPromise): Promise<string[]> {
  const lock = lockDataFolder(folder.path);
  const database = await openPgliteDatabase({ lock });
  const ledger = await openTestLedger({
    database,
    folder: join(folder.path, 'journal'),
    wrapJournal: (journal) => (broken === 'forgets intents' ? breakJournal(journal, broken) : journal),
  });
  await ledger.ledger.settled();
  const { rows } = await database.asRole('operator', (tx) =>
    sql<{ id: string; status: string; hash: string }>`select id, status, hash from receipt`.execute(tx),
  );
  const reports = await database.asRole('operator', (tx) => verifyAllChains(tx));
  await ledger.close();
  await database.close();
  lock.release();

  const faults = reports.flatMap((report) => report.faults.map(({ seq, what }) => `receipt ${seq}: ${what}`));
  if (reports.length !== 1) faults.push(`there are ${reports.length} writers`);
  const stored = new Map(rows.map((row) => [row.id, row]));
  if (stored.size !== rows.length) faults.push(`${rows.length - stored.size} receipts stand twice`);
  for (const [id, hash] of done) {
    const row = stored.get(id);
    if (row === undefined || row.hash !== hash)
      faults.push(`acknowledged receipt ${id} is ${row?.status ?? 'missing'}`);
  }
  for (const id of opened) if (!stored.has(id)) faults.push(`opened call ${id} has no receipt`);
  for (const { id, status } of rows) {
    if (status === 'assumed' && done.has(id)) faults.push(`acknowledged receipt ${id} is assumed`);
  }
  return faults;
}
