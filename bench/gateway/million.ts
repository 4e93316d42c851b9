/**
 * Does a call cost more when a million receipts lie in the store? Two Reeves, one empty and one full, measured in
 * interleaved rounds of one run.
 *
 *   npm run bench:million -- [--receipts 1000000] [--rounds 5] [--seconds 6] [--no-write]
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { fillReceipts } from '../../server/test/rigs/fill-receipts.ts';
import { createReeveHome } from '../../server/test/rigs/reeve.ts';
import { LANES, measureLane, startLoader, type Loader, type Sample } from './measure.ts';
import { waitUntilQuiet } from './process-figures.ts';
import { reeveConfig, startScript, stopChild, toTarget, type Target } from './targets.ts';

const RESULTS = new URL('../results/', import.meta.url).pathname;
const SEED_SECONDS = 1;
const WARM_UP_SECONDS = 3;
/** At the first start after the million was stored, projections read it and maintenance, every 15 s, vacuums it. */
const SETTLE_MS = 20_000;
const CATCH_UP_LIMIT_MS = 600_000;

const { values } = parseArgs({
  options: {
    receipts: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '6' },
    'no-write': { type: 'boolean', default: false },
  },
});

await main(Number(values.receipts), Number(values.rounds), Number(values.seconds));

async function main(receipts: number, rounds: number, seconds: number): Promise<void> {
  const upstream = await startScript('mock-upstream.ts', []);
  const loader = startLoader();
  const targets: Target[] = [];
  try {
    targets.push(await startReeve('empty', upstream.port, loader, 0));
    targets.push(await startReeve('full', upstream.port, loader, receipts));
    for (const target of targets) await measureLane(loader, target, LANES.plainCapacity, WARM_UP_SECONDS);
    const samples: Record<string, Sample[]> = { empty: [], full: [] };
    for (let round = 0; round < rounds; round += 1) {
      for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
        const sample = await measureLane(loader, target, LANES.plainCapacity, seconds);
        samples[target.name]?.push(sample);
        process.stderr.write(
          `round ${round + 1}  ${target.name.padEnd(6)} ${sample.perSecond.toFixed(0)}/s · main ${sample.mainThreadMicros.toFixed(0)} µs · process ${sample.processMicros.toFixed(0)} µs · RSS ${sample.rssMb.toFixed(0)} MB · failed ${sample.failed}\n`,
        );
      }
    }
    await report(receipts, samples);
  } finally {
    for (const target of targets) await target.stop();
    loader.stop();
    await stopChild(upstream.process);
  }
}

/** Makes some real receipts, multiplies them while the server is down, and starts it again. */
async function startReeve(name: string, upstreamPort: number, loader: Loader, receipts: number): Promise<Target> {
  const home = await createReeveHome({ config: reeveConfig('acknowledged', upstreamPort) });
  const first = await home.start();
  await measureLane(loader, toTarget(name, home, first), LANES.plainCapacity, SEED_SECONDS);
  await first.stop();
  if (receipts > 0) await fillReceipts(home.dataDir, receipts);
  const startedMs = performance.now();
  const running = await home.start();
  process.stderr.write(`${name}: ready after ${Math.round(performance.now() - startedMs)} ms\n`);
  await wait(SETTLE_MS);
  await waitUntilQuiet(running.pid, CATCH_UP_LIMIT_MS);
  process.stderr.write(`${name}: quiet after ${Math.round(performance.now() - startedMs)} ms\n`);
  return toTarget(name, home, running);
}

async function report(receipts: number, samples: Record<string, Sample[]>): Promise<void> {
  const median = (name: string, read: (sample: Sample) => number): number =>
    (samples[name] ?? []).map(read).toSorted((left, right) => left - right)[
      Math.floor((samples[name]?.length ?? 0) / 2)
    ] ?? 0;
  const fields = ['perSecond', 'mainThreadMicros', 'processMicros', 'p50Micros', 'p99Micros', 'rssMb'] as const;
  const rows = fields.map((field) => {
    const [empty, full] = [median('empty', (sample) => sample[field]), median('full', (sample) => sample[field])];
    return { field, empty, full, ratio: full / empty };
  });
  process.stdout.write(`\n| median | empty | ${receipts} receipts | ratio |\n|---|--:|--:|--:|\n`);
  for (const { field, empty, full, ratio } of rows) {
    process.stdout.write(`| ${field} | ${empty.toFixed(0)} | ${full.toFixed(0)} | ${ratio.toFixed(2)} |\n`);
  }
  if (values['no-write']) return;
  await mkdir(RESULTS, { recursive: true });
  const startedAt = new Date().toISOString();
  const name = `million-${startedAt.slice(0, 19).replaceAll(':', '')}.json`;
  const body = { startedAt, cores: availableParallelism(), node: process.version, receipts, medians: rows, samples };
  await writeFile(`${RESULTS}${name}`, `${JSON.stringify(body, null, 1)}\n`);
}
