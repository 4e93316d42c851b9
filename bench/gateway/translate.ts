/**
 * What translating costs: every pair of surface and provider's wire through one Reeve, beside the raw proxy, in
 * interleaved rounds of one run. Prints main-thread CPU for a plain call and for a chunk of a stream, and what is added
 * to OpenAI's wire passing through.
 *
 *   npm run bench:translate -- [--rounds 5] [--seconds 4]
 */
import { parseArgs } from 'node:util';
import { createReeveHome } from '../../server/test/rigs/reeve.ts';
import { CLAUDE_MODEL, MESSAGES_PATH } from './anthropic-traffic.ts';
import { LANES, measureLane, startLoader, type Loader } from './measure.ts';
import { startScript, startTarget, stopChild, toTarget, type Target } from './targets.ts';
import { CHUNKS_PER_STREAM, MODEL, UPSTREAM_KEY, type Wire } from './traffic.ts';

const WARM_UP_SECONDS = 3;
const PATHS: Readonly<Record<Wire, string>> = { openai: '/v1/chat/completions', anthropic: MESSAGES_PATH };
const MODELS: Readonly<Record<Wire, string>> = { openai: MODEL, anthropic: CLAUDE_MODEL };

/** From the caller's wire to the provider's; the first is what the others are compared with. */
const PAIRS = [
  ['openai', 'openai'],
  ['anthropic', 'openai'],
  ['openai', 'anthropic'],
  ['anthropic', 'anthropic'],
] as const satisfies readonly (readonly [Wire, Wire])[];

/** µs of the main thread. */
interface Cost {
  call: number;
  chunk: number;
}

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '4' } },
});

await main(Number(values.rounds), Number(values.seconds));

async function main(rounds: number, seconds: number): Promise<void> {
  const upstream = await startScript('mock-upstream.ts', []);
  const loader = startLoader();
  const cleanups: (() => Promise<void>)[] = [];
  try {
    const unused = (): Promise<never> => Promise.reject(new Error('the floor has no database'));
    const floor = await startTarget('floor', { upstreamPort: upstream.port, nodeArgs: [], databaseUrl: unused });
    cleanups.push(() => floor.stop());
    const targets = [floor, ...(await startPairs(upstream.port, cleanups))];
    for (const target of targets) await measure(loader, target, WARM_UP_SECONDS);
    const costs = new Map<string, Cost[]>(targets.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
        const cost = await measure(loader, target, seconds);
        costs.get(target.name)?.push(cost);
        process.stderr.write(
          `round ${round + 1}  ${target.name.padEnd(24)} ${cost.call.toFixed(0)} µs a call · ${cost.chunk.toFixed(1)} µs a chunk\n`,
        );
      }
    }
    process.stdout.write(`\n${toMarkdown(costs)}\n`);
  } finally {
    for (const cleanup of cleanups.toReversed()) await cleanup();
    loader.stop();
    await stopChild(upstream.process);
  }
}

/** One Reeve for each provider's wire, and both surfaces before it. */
async function startPairs(upstreamPort: number, cleanups: (() => Promise<void>)[]): Promise<Target[]> {
  const targets: Target[] = [];
  for (const provider of ['openai', 'anthropic'] as const) {
    const home = await createReeveHome({ config: configFor(provider, upstreamPort) });
    const target = toTarget(provider, home, await home.start());
    cleanups.push(() => target.stop());
    for (const [surface, behind] of PAIRS) {
      if (behind === provider)
        targets.push({ ...target, name: nameOf(surface, behind), wire: surface, path: PATHS[surface] });
    }
  }
  return targets;
}

/** Both names that callers use lead to the one provider: each surface sends its own. */
function configFor(provider: Wire, upstreamPort: number): string {
  const candidate = `bench/${MODELS[provider]}`;
  return `durability: acknowledged
providers:
  bench: { adapter: ${provider}, base_url: "http://127.0.0.1:${upstreamPort}/v1", api_key: "${UPSTREAM_KEY}" }
models:
  ${MODELS.openai}: [${candidate}]
  ${MODELS.anthropic}: [${candidate}]
prices:
  ${candidate}: { input: 0.15, output: 0.60 }
`;
}

async function measure(loader: Loader, target: Target, seconds: number): Promise<Cost> {
  const plain = await measureLane(loader, target, LANES.plainCapacity, seconds);
  const stream = await measureLane(loader, target, LANES.streamCapacity, seconds);
  if (plain.failed + stream.failed > 0) process.exitCode = 1;
  const call = plain.mainThreadMicros;
  return { call, chunk: (stream.mainThreadMicros - call) / CHUNKS_PER_STREAM };
}

function nameOf(surface: Wire, provider: Wire): string {
  return surface === provider ? `${surface}, passed through` : `${surface} → ${provider}`;
}

/** Medians; what is added is taken round by round, so that a busy minute of the machine weighs on both sides. */
function toMarkdown(costs: ReadonlyMap<string, readonly Cost[]>): string {
  const base = costs.get(nameOf(...PAIRS[0])) ?? [];
  const rows = [...costs].map(([name, rounds]) => {
    const read = (field: keyof Cost, digits: number): string =>
      median(rounds.map((cost) => cost[field])).toFixed(digits);
    const added = (field: keyof Cost, digits: number): string =>
      name === 'floor' ? '' : median(rounds.map((cost, at) => cost[field] - (base[at]?.[field] ?? 0))).toFixed(digits);
    return `| ${name} | ${read('call', 0)} | ${added('call', 0)} | ${read('chunk', 1)} | ${added('chunk', 1)} |`;
  });
  return ['| | µs a call | added | µs a chunk | added |', '|---|--:|--:|--:|--:|', ...rows].join('\n');
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
