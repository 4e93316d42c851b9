/**
 * Run as a process of its own by the crash test of the ledger: settles calls without end until it is killed.
 * Adds lines to `answers` in the data folder, each after the ledger's answer: `ready`, `open <id>`, `done <id> <hash>`.
 *
 * Arguments: the data folder, and the promise to break (or nothing).
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lockDataFolder } from '#platform/database/data-folder-lock.ts';
import { openPgliteDatabase } from '#platform/database/pglite-database.ts';
import { createSystemRandom } from '#platform/clock/system-clock.ts';
import { makeDraft, openTestLedger } from '../../src/records/audit/testing.ts';
import { openNotes } from '../rigs/kill-loop.ts';
import { type BrokenPromise, breakJournal } from './broken-journal.testing.ts';

const [, , folder = '', argument = ''] = process.argv;
const broken = argument as BrokenPromise;
const WORKERS = 16;
const random = createSystemRandom();
const { add: say } = openNotes(join(folder, 'answers'));

const database = await openPgliteDatabase({ lock: lockDataFolder(folder) });
await database.migrate();
const { ledger } = await openTestLedger({
  database,
  folder: join(folder, 'journal'),
  journal: { segmentBytes: 256 * 1024 },
  upkeepStepBytes: 512 * 1024,
  wrapJournal: (journal) => breakJournal(journal, broken),
});
say('ready');
await Promise.all(Array.from({ length: WORKERS }, settleCalls));

async function settleCalls(): Promise<never> {
  for (;;) {
    const draft = makeDraft({ cost_nanos: Math.floor(random.fraction() * 1e6) });
    await ledger.openIntent({ ...draft, status: 'assumed', cost_nanos: 1_000_000 }, {});
    say(`open ${draft.id}`);
    // Some calls take long, so that a kill finds intents of every age.
    if (random.fraction() < 0.1) await sleep(random.fraction() * 300);
    const { hash } = await ledger.commit(draft, {});
    say(`done ${draft.id} ${hash}`);
    if (broken === 'settles twice' && random.fraction() < 0.05) await ledger.commit(draft, {});
  }
}
