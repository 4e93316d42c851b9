/**
 * What holds the slowest calls up at 500 a second: each thread of Reeve, upstream and load notes its pauses, and every
 * call that took 5 ms longer than a direct call is put down to one of them.
 *
 *   node bench/gateway/tail.ts [--rounds 5] [--seconds 3] [--durability acknowledged]
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LANES, measureLane, startLoader, type Loader } from './measure.ts';
import { startScript, startTarget, stopChild, type Target } from './targets.ts';
import { describeSources, findCauses, gatherSources, type CallMoments } from './tail-causes.ts';
import type { ThreadSpans } from './tail-probe.ts';

const WARM_UP_SECONDS = 8;
const ALLOWED_MICROS = 5000;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    durability: { type: 'string', default: 'acknowledged' },
  },
});

await main();

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-tail-'));
  const probe = `--import=${new URL(`tail-probe.ts?folder=${folder}`, import.meta.url).href}`;
  process.env['NODE_OPTIONS'] = probe;
  const upstream = await startScript('mock-upstream.ts', []);
  const loader = startLoader();
  const options = {
    upstreamPort: upstream.port,
    nodeArgs: [probe],
    databaseUrl: () => Promise.reject(new Error('the tail is measured on the embedded database')),
  };
  const direct = await startTarget('direct', options);
  const reeve = await startTarget(`reeve-${values.durability}`, options);
  const calls = await runRounds(loader, direct, reeve);
  loader.stop();
  await reeve.stop();
  await stopChild(upstream.process);
  printTail(calls, await readThreads(folder));
  await rm(folder, { recursive: true });
}

interface Calls {
  direct: CallMoments[];
  reeve: CallMoments[];
}

async function runRounds(loader: Loader, direct: Target, reeve: Target): Promise<Calls> {
  const calls: Calls = { direct: [], reeve: [] };
  const load = async ({ port, path, headers }: Target, seconds: number): Promise<CallMoments[]> => {
    const { pace, shape } = LANES.plainLatency;
    const job = { port, path, headers, wire: 'openai', shape, pace, seconds, keepsCalls: true } as const;
    return (await loader.run(job)).calls;
  };
  for (const target of [direct, reeve]) await measureLane(loader, target, LANES.plainCapacity, WARM_UP_SECONDS);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    calls.direct.push(...(await load(direct, Number(values.seconds))));
    calls.reeve.push(...(await load(reeve, Number(values.seconds))));
  }
  return calls;
}

async function readThreads(folder: string): Promise<ThreadSpans[]> {
  const names = await readdir(folder);
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))));
}

function printTail({ direct, reeve }: Calls, threads: readonly ThreadSpans[]): void {
  const limit = quantileMicros(direct, 0.5) + ALLOWED_MICROS;
  print(['', 'calls', 'p50 ms', 'p90', 'p99', 'p99.9', 'slow %']);
  for (const [name, calls] of Object.entries({ direct, reeve })) {
    const slow = calls.filter(([sent, answered]) => answered - sent > limit).length;
    const quantiles = [0.5, 0.9, 0.99, 0.999].map((share) => (quantileMicros(calls, share) / 1000).toFixed(2));
    print([name, calls.length, ...quantiles, ((slow / calls.length) * 100).toFixed(2)]);
  }
  const sources = gatherSources(threads, reeve);
  print(['\npauses', 'per s', 'ms per s', 'p50 ms', 'p99', '> 3 ms per s']);
  for (const { name, ...figures } of describeSources(sources, reeve)) {
    print([name, ...Object.values(figures).map((figure) => figure.toFixed(2))]);
  }
  const slow = reeve.filter(([sent, answered]) => answered - sent > limit);
  print([`\n${slow.length} slow calls`, 'calls', 'share %', 'mean ms', 'database busy']);
  for (const { name, calls, meanMs, besideDatabase } of findCauses(slow, sources)) {
    print([name, calls, ((calls / slow.length) * 100).toFixed(0), meanMs.toFixed(1), besideDatabase]);
  }
}

function quantileMicros(calls: readonly CallMoments[], share: number): number {
  const sorted = calls.map(([sent, answered]) => answered - sent).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}

function print([name, ...figures]: readonly (string | number)[]): void {
  process.stdout.write(`${String(name).padEnd(26)}${figures.map((figure) => String(figure).padStart(14)).join('')}\n`);
}
