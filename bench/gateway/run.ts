/**
 * The gateway bench: mock upstream, load and every target in one run, in interleaved rounds.
 *
 *   npm run bench -- [--rounds 5] [--seconds 8] [--warm-up 8] [--only direct,floor,reeve-relaxed]
 *                    [--lanes plainCapacity,…] [--profile <folder>] [--no-write]
 *
 * `--warm-up`: seconds for each target and lane; V8 still compiles after some 15,000 calls, on threads that take cores
 * from them.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LANE_NAMES, LANES, measureLane, startLoader, type LaneName, type Loader, type Sample } from './measure.ts';
import { readRssMb, waitUntilQuiet } from './process-figures.ts';
import { reportTarget, toMarkdown, type BenchReport } from './report.ts';
import { startScript, startTarget, stopChild, TARGET_NAMES, type Target } from './targets.ts';

const RESULTS = new URL('../results/', import.meta.url).pathname;
const SETTLE_LIMIT_MS = 5000;

interface Options {
  rounds: number;
  seconds: number;
  warmUpSeconds: number;
  only: readonly string[];
  lanes: readonly LaneName[];
  profileFolder: string | null;
  write: boolean;
}

async function main(): Promise<void> {
  const options = readOptions();
  const startedAt = new Date();
  const upstream = await startScript('mock-upstream.ts', []);
  const loader = startLoader();
  const cleanups: (() => Promise<void>)[] = [];
  try {
    const targets = await startTargets(options, upstream.port, cleanups);
    const idle = await measureIdle(targets);
    const samples = await runRounds(loader, targets, options);
    const report: BenchReport = {
      startedAt: startedAt.toISOString(),
      cores: availableParallelism(),
      node: process.version,
      rounds: options.rounds,
      seconds: options.seconds,
      targets: targets.map((target) => reportTarget(target, idle.get(target.name) ?? 0, samples)),
    };
    process.stdout.write(`\n${toMarkdown(report)}\n`);
    if (options.write) await writeResults(report, samples);
    if (report.targets.some((target) => target.failed > 0)) process.exitCode = 1;
  } finally {
    for (const cleanup of cleanups.toReversed()) await cleanup();
    loader.stop();
    await stopChild(upstream.process);
  }
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '8' },
      'warm-up': { type: 'string', default: '8' },
      only: { type: 'string', default: TARGET_NAMES.join(',') },
      lanes: { type: 'string', default: LANE_NAMES.join(',') },
      profile: { type: 'string' },
      'no-write': { type: 'boolean', default: false },
    },
  });
  const lanes = values.lanes.split(',').map((name) => {
    const lane = LANE_NAMES.find((known) => known === name);
    if (lane === undefined) throw new Error(`unknown lane ${name}; there are ${LANE_NAMES.join(', ')}`);
    return lane;
  });
  return {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    warmUpSeconds: Number(values['warm-up']),
    only: values.only.split(','),
    lanes,
    profileFolder: values.profile === undefined ? null : resolve(values.profile),
    write: !values['no-write'],
  };
}

async function startTargets(
  options: Options,
  upstreamPort: number,
  cleanups: (() => Promise<void>)[],
): Promise<Target[]> {
  const databaseUrl = async (): Promise<string> => {
    const { startPostgres } = await import('../../server/test/rigs/postgres.ts');
    const postgres = await startPostgres();
    cleanups.push(() => postgres.stop());
    return postgres.url('bench');
  };
  const nodeArgs =
    options.profileFolder === null
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${options.profileFolder}`, '--cpu-prof-interval=500'];
  const targets: Target[] = [];
  for (const name of options.only) {
    const target = await startTarget(name, { upstreamPort, nodeArgs, databaseUrl });
    cleanups.push(() => target.stop());
    targets.push(target);
  }
  return targets;
}

/** Resident memory once the start's work is done. */
async function measureIdle(targets: readonly Target[]): Promise<Map<string, number>> {
  const idle = new Map<string, number>();
  for (const target of targets) {
    if (target.name !== 'direct') await waitUntilQuiet(target.pid, SETTLE_LIMIT_MS);
    idle.set(target.name, await readRssMb(target.pid));
  }
  return idle;
}

type MutableSamples = Map<string, Map<LaneName, Sample[]>>;

async function runRounds(loader: Loader, targets: readonly Target[], options: Options): Promise<MutableSamples> {
  const samples: MutableSamples = new Map(targets.map((target) => [target.name, new Map()]));
  for (const lane of options.lanes) {
    for (const target of targets) await measureLane(loader, target, LANES[lane], options.warmUpSeconds);
  }
  for (let round = 0; round < options.rounds; round += 1) {
    for (const lane of options.lanes) {
      for (const target of rotate(targets, round)) {
        const sample = await measureLane(loader, target, LANES[lane], options.seconds);
        const own = samples.get(target.name) ?? new Map<LaneName, Sample[]>();
        own.set(lane, [...(own.get(lane) ?? []), sample]);
        process.stderr.write(`round ${round + 1}  ${describeSample(target, lane, sample)}\n`);
      }
    }
  }
  return samples;
}

/** Each round begins with another target, so that none always follows the same neighbour. */
function rotate<T>(values: readonly T[], by: number): T[] {
  const start = by % Math.max(1, values.length);
  return [...values.slice(start), ...values.slice(0, start)];
}

function describeSample(target: Target, lane: LaneName, sample: Sample): string {
  const figures = [
    `${sample.perSecond.toFixed(0)}/s`,
    `main ${sample.mainThreadMicros.toFixed(0)} µs`,
    `process ${sample.processMicros.toFixed(0)} µs`,
    `p50 ${sample.p50Micros} p99 ${sample.p99Micros} µs`,
    `first byte ${sample.firstByteP50Micros} µs`,
    `chunk ${sample.chunkAgeP50Micros} µs`,
    `RSS ${sample.rssMb.toFixed(0)} MB`,
    `failed ${sample.failed} late ${sample.late}`,
  ];
  return `${target.name.padEnd(14)} ${LANES[lane].name.padEnd(17)} ${figures.join(' · ')}`;
}

async function writeResults(report: BenchReport, samples: MutableSamples): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  const raw = Object.fromEntries([...samples].map(([target, lanes]) => [target, Object.fromEntries(lanes)]));
  const name = `gateway-${report.startedAt.slice(0, 19).replaceAll(':', '')}`;
  await writeFile(`${RESULTS}${name}.json`, `${JSON.stringify({ ...report, samples: raw }, null, 1)}\n`);
  await writeFile(`${RESULTS}${name}.md`, `${toMarkdown(report)}\n`);
  process.stdout.write(`\nraw results: bench/results/${name}.json\n`);
}

await main();
