/**
 * What the journal and the ledger cost: `node bench/journal/run.ts [seconds per row]`.
 *
 * CPU is that of the whole process (`process.cpuUsage`), and of the main thread alone (`process.threadCpuUsage`).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDraft, openTestLedger } from '../../server/src/records/audit/testing.ts';
import { openTestDatabase } from '../../server/src/platform/database/testing.ts';
import { openJournal } from '../../server/src/platform/journal/segment-journal.ts';

const secondsPerRow = Number(process.argv[2] ?? 2);
const folder = mkdtempSync(join(tmpdir(), 'reeve-bench-journal-'));

interface Measured {
  name: string;
  count: number;
  seconds: number;
  threadMicros: number;
  processMicros: number;
}

/** Keeps `workers` going for a while; each calls `work` again as soon as it has resolved. */
async function measure(name: string, workers: number, work: () => Promise<unknown>): Promise<Measured> {
  await keepGoing(workers, 0.3, work);
  const startedMs = performance.now();
  const thread = process.threadCpuUsage();
  const whole = process.cpuUsage();
  const count = await keepGoing(workers, secondsPerRow, work);
  const threadSpent = process.threadCpuUsage(thread);
  const wholeSpent = process.cpuUsage(whole);
  return {
    name: `${name} × ${workers}`,
    count,
    seconds: (performance.now() - startedMs) / 1000,
    threadMicros: threadSpent.user + threadSpent.system,
    processMicros: wholeSpent.user + wholeSpent.system,
  };
}

async function keepGoing(workers: number, seconds: number, work: () => Promise<unknown>): Promise<number> {
  const untilMs = performance.now() + seconds * 1000;
  let count = 0;
  const loop = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      await work();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: workers }, loop));
  return count;
}

function print({ name, count, seconds, threadMicros, processMicros }: Measured): void {
  const columns = [
    name.padEnd(36),
    `${Math.round(count / seconds)}/s`.padStart(10),
    `${(threadMicros / count).toFixed(1)} µs main`.padStart(16),
    `${(processMicros / count).toFixed(1)} µs process`.padStart(18),
  ];
  process.stdout.write(`${columns.join('')}\n`);
}

async function benchJournal(): Promise<void> {
  const journal = openJournal({ folder: join(folder, 'journal'), bytesMax: Infinity });
  const payload = JSON.stringify(makeDraft());
  for (const workers of [1, 8, 64]) print(await measure('journal.append', workers, () => journal.append(1, payload)));
  for (const workers of [1, 64]) print(await measure('journal.write', workers, () => journal.write(1, payload)));
  await journal.close();
}

async function benchLedger(durability: 'acknowledged' | 'relaxed'): Promise<void> {
  const database = await openTestDatabase();
  const ledgerFolder = join(folder, durability);
  const { ledger, close } = await openTestLedger({ database, folder: ledgerFolder, durability });
  const call = async (): Promise<void> => {
    const draft = makeDraft();
    await ledger.openIntent({ ...draft, status: 'assumed' }, {});
    await ledger.commit(draft, {});
  };
  for (const workers of [1, 8, 64]) {
    const measured = await measure(`${durability}: intent + receipt`, workers, call);
    await ledger.settled();
    print(measured);
  }
  await close();
  await database.close();
}

try {
  print(await measure('making the draft (part of the above)', 1, () => Promise.resolve(makeDraft())));
  await benchJournal();
  await benchLedger('acknowledged');
  await benchLedger('relaxed');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
