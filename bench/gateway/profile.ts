/**
 * Where Reeve's CPU goes: runs it under load with V8's profiler and prints self time per call by file and by function.
 *
 *   npm run bench:profile -- [--seconds 6] [--lane plainCapacity] [--durability acknowledged] [--top 40]
 */
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LANE_NAMES, LANES, measureLane, startLoader } from './measure.ts';
import { startScript, startTarget, stopChild } from './targets.ts';

interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
}

interface CpuProfile {
  nodes: ProfileNode[];
  samples: number[];
  timeDeltas: number[];
}

const SAMPLE_MICROS = 250;
const WARM_UP_SECONDS = 3;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    lane: { type: 'string', default: 'plainCapacity' },
    durability: { type: 'string', default: 'acknowledged' },
    top: { type: 'string', default: '40' },
  },
});

await main();

async function main(): Promise<void> {
  const lane = LANE_NAMES.find((name) => name === values.lane);
  if (lane === undefined) throw new Error(`unknown lane ${values.lane}; there are ${LANE_NAMES.join(', ')}`);
  const folder = await mkdtemp(join(tmpdir(), 'reeve-profile-'));
  const upstream = await startScript('mock-upstream.ts', []);
  const loader = startLoader();
  const target = await startTarget(`reeve-${values.durability}`, {
    upstreamPort: upstream.port,
    nodeArgs: ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${SAMPLE_MICROS}`],
    databaseUrl: () => Promise.reject(new Error('the profile runs on the embedded database')),
  });
  const warmUp = await measureLane(loader, target, LANES[lane], WARM_UP_SECONDS);
  const sample = await measureLane(loader, target, LANES[lane], Number(values.seconds));
  loader.stop();
  await target.stop();
  await stopChild(upstream.process);
  process.stdout.write(
    `${sample.perSecond.toFixed(0)}/s, main thread ${sample.mainThreadMicros.toFixed(0)} µs per call (profiled)\n`,
  );
  await printProfile(folder, warmUp.answered + sample.answered);
}

/** The largest profile is the main thread's of the warm start; the others are workers and the first start. */
async function printProfile(folder: string, calls: number): Promise<void> {
  const profiles: { name: string; profile: CpuProfile }[] = [];
  for (const name of await readdir(folder)) {
    profiles.push({ name, profile: JSON.parse(await readFile(join(folder, name), 'utf8')) });
  }
  profiles.sort((left, right) => right.profile.samples.length - left.profile.samples.length);
  for (const { name, profile } of profiles.slice(0, 2)) {
    process.stdout.write(`\n${join(folder, name)}\n`);
    const byFile = new Map<string, number>();
    const byFunction = new Map<string, number>();
    for (const [node, micros] of selfTimes(profile)) {
      const { functionName, url, lineNumber } = node.callFrame;
      const file = shorten(url);
      if (functionName === '(idle)' || functionName === '(program)') continue;
      add(byFile, file, micros);
      add(byFunction, `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`, micros);
    }
    print('by file', byFile, calls);
    print('by function', byFunction, calls);
  }
}

function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): Map<ProfileNode, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const times = new Map<ProfileNode, number>();
  samples.forEach((id, at) => {
    const node = byId.get(id);
    if (node !== undefined) times.set(node, (times.get(node) ?? 0) + (timeDeltas[at] ?? 0));
  });
  return times;
}

function add(sums: Map<string, number>, name: string, micros: number): void {
  sums.set(name, (sums.get(name) ?? 0) + micros);
}

function print(title: string, sums: ReadonlyMap<string, number>, calls: number): void {
  process.stdout.write(`\n${title}, µs per call\n`);
  const rows = [...sums].toSorted(([, left], [, right]) => right - left).slice(0, Number(values.top));
  for (const [name, micros] of rows) process.stdout.write(`${(micros / calls).toFixed(2).padStart(8)}  ${name}\n`);
}

function shorten(url: string): string {
  const parts = /(?:node_modules|server\/src|contracts\/src)\/(.*)$/.exec(url);
  return parts?.[1] ?? (url || '(native)');
}
