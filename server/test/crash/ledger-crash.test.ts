import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { verifyAllChains } from '#audit';
import { lockDataFolder } from '#platform/database/data-folder-lock.ts';
import { openPgliteDatabase } from '#platform/database/pglite-database.ts';
import { makeTestFolder, openTestLedger } from '../../src/records/audit/testing.ts';
import { KILLS, killAgainAndAgain, openNotes, startProgram, type Notes } from '../rigs/kill-loop.ts';
import { type BrokenPromise, breakJournal } from './broken-journal.testing.ts';

let folder: ReturnType<typeof makeTestFolder>;
let answers: Notes;

beforeEach(() => {
  folder = makeTestFolder();
  answers = openNotes(join(folder.path, 'answers'));
});
afterEach(() => folder.remove());

it(`keeps its word over ${KILLS} kill -9 under load`, { timeout: 180_000 + KILLS * 5000 }, async () => {
  await runUntilKilled('', [50, 750], KILLS);
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
  await runUntilKilled(broken, [500, 500], 1);
  const faults = await findFaults(readAnswers(), broken);
  expect(faults.filter((text) => says.test(text)).length).toBeGreaterThan(0);
});

async function runUntilKilled(broken: BrokenPromise, lifeMs: [number, number], kills: number): Promise<void> {
  const script = join(import.meta.dirname, 'ledger-load.testing.ts');
  const start = () => startProgram({ script, args: [folder.path, broken], notes: answers });
  await killAgainAndAgain({ kills, start, lifeMs });
}

/** What the ledger had answered when its process was killed. */
interface Answered {
  opened: Set<string>;
  /** Id → hash. */
  done: Map<string, string>;
}

function readAnswers(): Answered {
  const answered: Answered = { opened: new Set(), done: new Map() };
  for (const line of answers.read()) {
    const [step, id = '', hash = ''] = line.split(' ');
    if (step === 'open') answered.opened.add(id);
    if (step === 'done') answered.done.set(id, hash);
  }
  return answered;
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
