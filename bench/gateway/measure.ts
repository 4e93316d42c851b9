/** One lane on one target: load, and what it cost the target's process. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { LoadFigures, LoadJob } from './load.ts';
import { readCpu, readRssMb, waitUntilQuiet } from './process-figures.ts';
import type { Target } from './targets.ts';

export interface Lane {
  name: string;
  shape: LoadJob['shape'];
  pace: LoadJob['pace'];
}

/** `capacity` closes the loop; `latency` opens it at a rate that every target can serve. */
export const LANES = {
  plainCapacity: { name: 'plain, capacity', shape: 'plain', pace: { type: 'closed', connections: 32 } },
  plainLatency: { name: 'plain, 500/s', shape: 'plain', pace: { type: 'open', perSecond: 500 } },
  streamCapacity: { name: 'stream, capacity', shape: 'burst', pace: { type: 'closed', connections: 16 } },
  streamLatency: { name: 'stream, 25/s', shape: 'paced', pace: { type: 'open', perSecond: 25 } },
} as const satisfies Record<string, Lane>;
export type LaneName = keyof typeof LANES;
export const LANE_NAMES: readonly LaneName[] = ['plainCapacity', 'plainLatency', 'streamCapacity', 'streamLatency'];

/** All times in µs. CPU counts until the process is quiet again: work put off is work done. */
export interface Sample {
  perSecond: number;
  mainThreadMicros: number;
  processMicros: number;
  p50Micros: number;
  p99Micros: number;
  firstByteP50Micros: number;
  firstByteP99Micros: number;
  chunkAgeP50Micros: number;
  chunkAgeP99Micros: number;
  answered: number;
  failed: number;
  late: number;
  rssMb: number;
}

export interface Loader {
  run(job: LoadJob): Promise<LoadFigures>;
  stop(): void;
}

export function startLoader(): Loader {
  const child: ChildProcess = fork(new URL('load.ts', import.meta.url).pathname);
  return {
    async run(job) {
      child.send(job);
      const [figures] = (await once(child, 'message')) as [LoadFigures];
      return figures;
    },
    stop: () => void child.kill('SIGTERM'),
  };
}

export async function measureLane(loader: Loader, target: Target, lane: Lane, seconds: number): Promise<Sample> {
  const before = await readCpu(target.pid);
  const { port, path, headers, wire = 'openai' } = target;
  const figures = await loader.run({ port, path, headers, wire, shape: lane.shape, pace: lane.pace, seconds });
  const rssMb = await readRssMb(target.pid);
  if (target.name !== 'direct') await waitUntilQuiet(target.pid);
  const after = await readCpu(target.pid);
  if (figures.failed > 0) {
    process.stderr.write(`${target.name}, ${lane.name}: ${figures.failed} failed, first: ${figures.firstFailure}\n`);
  }
  const perAnswer = (ms: number): number => (ms * 1000) / Math.max(1, figures.answered);
  return {
    perSecond: figures.answered / figures.seconds,
    mainThreadMicros: perAnswer(after.mainThreadMs - before.mainThreadMs),
    processMicros: perAnswer(after.processMs - before.processMs),
    p50Micros: figures.totalMicros.p50,
    p99Micros: figures.totalMicros.p99,
    firstByteP50Micros: figures.firstByteMicros.p50,
    firstByteP99Micros: figures.firstByteMicros.p99,
    chunkAgeP50Micros: figures.chunkAgeMicros.p50,
    chunkAgeP99Micros: figures.chunkAgeMicros.p99,
    answered: figures.answered,
    failed: figures.failed,
    late: figures.late,
    rssMb,
  };
}
