/** What is measured: each target is one process between the load and the upstream. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../server/test/rigs/engine-process.ts';
import { createReeveHome, type ReeveHome, type RunningReeve } from '../../server/test/rigs/reeve.ts';
import { installPortkey } from './install-portkey.ts';
import { MODEL, UPSTREAM_KEY, type Wire } from './traffic.ts';

export interface Target {
  name: string;
  pid: number;
  port: number;
  path: string;
  headers: Readonly<Record<string, string>>;
  /** What its callers speak; OpenAI's wire unless said. */
  wire?: Wire;
  /** Seconds from spawning to ready, in a fresh folder and on a used one; only of Reeve. */
  firstStartSeconds: number | null;
  warmStartSeconds: number | null;
  stop(): Promise<void>;
}

export interface TargetOptions {
  upstreamPort: number;
  /** Flags of Node for Reeve, e.g. `--cpu-prof`. */
  nodeArgs: readonly string[];
  /** For `reeve-postgres`. */
  databaseUrl: () => Promise<string>;
}

export const TARGET_NAMES = [
  'direct',
  'floor',
  'floor-acknowledged',
  'reeve-relaxed',
  'reeve-acknowledged',
  'portkey',
] as const;
const CHAT_PATH = '/v1/chat/completions';
const START_LIMIT_MS = 30_000;
const NO_STARTS = { firstStartSeconds: null, warmStartSeconds: null };
const PASS_KEY = { authorization: `Bearer ${UPSTREAM_KEY}` };

/** A child process of the bench that prints `listening PORT`. */
export async function startScript(
  file: string,
  args: readonly string[],
): Promise<{ process: ChildProcess; port: number }> {
  const script = new URL(file, import.meta.url).pathname;
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  return { process: child, port: await readPort(child, /listening (\d+)/) };
}

export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

export async function startTarget(name: string, options: TargetOptions): Promise<Target> {
  switch (name) {
    case 'direct':
      return {
        name,
        pid: process.pid,
        port: options.upstreamPort,
        path: CHAT_PATH,
        headers: PASS_KEY,
        ...NO_STARTS,
        stop: noWork,
      };
    case 'floor':
    case 'floor-acknowledged':
      return startFloor(name, options);
    case 'reeve-acknowledged':
      return startReeveTarget(name, 'acknowledged', options);
    case 'reeve-relaxed':
      return startReeveTarget(name, 'relaxed', options);
    case 'reeve-postgres':
      return startReeveTarget(name, 'acknowledged', options, await options.databaseUrl());
    case 'portkey':
      return startPortkey(options);
    default:
      throw new Error(`unknown target ${name}; there are ${TARGET_NAMES.join(', ')}, reeve-postgres`);
  }
}

async function startFloor(name: 'floor' | 'floor-acknowledged', { upstreamPort }: TargetOptions): Promise<Target> {
  const folder = name === 'floor' ? null : await mkdtemp(join(tmpdir(), 'reeve-floor-'));
  const file = folder === null ? [] : [join(folder, 'answers')];
  const { process: child, port } = await startScript('floor.ts', [`http://127.0.0.1:${upstreamPort}`, ...file]);
  return {
    name,
    pid: pidOf(child),
    port,
    path: CHAT_PATH,
    headers: PASS_KEY,
    ...NO_STARTS,
    stop: async () => {
      await stopChild(child);
      if (folder !== null) await rm(folder, { recursive: true });
    },
  };
}

/** Started twice, so that the second start is a warm one. */
async function startReeveTarget(
  name: string,
  durability: string,
  options: TargetOptions,
  databaseUrl?: string,
): Promise<Target> {
  const home = await createReeveHome({
    config: reeveConfig(durability, options.upstreamPort),
    nodeArgs: options.nodeArgs,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  });
  const first = await home.start();
  await first.stop();
  const warm = await home.start();
  return {
    ...toTarget(name, home, warm),
    firstStartSeconds: first.startMs / 1000,
    warmStartSeconds: warm.startMs / 1000,
  };
}

export function toTarget(name: string, home: ReeveHome, running: RunningReeve): Target {
  return {
    name,
    pid: running.pid,
    port: running.port,
    path: CHAT_PATH,
    headers: { authorization: `Bearer ${home.apiKey()}` },
    ...NO_STARTS,
    stop: async () => {
      await running.stop();
      await home.dispose();
    },
  };
}

/** Everything on: prices, receipts, the alias; only the durability differs. */
export function reeveConfig(durability: string, upstreamPort: number): string {
  return `durability: ${durability}
providers:
  bench: { adapter: openai, base_url: "http://127.0.0.1:${upstreamPort}/v1", api_key: "${UPSTREAM_KEY}" }
models:
  ${MODEL}: [bench/${MODEL}]
prices:
  bench/${MODEL}: { input: 0.15, output: 0.60 }
`;
}

async function startPortkey({ upstreamPort }: TargetOptions): Promise<Target> {
  const script = await installPortkey();
  const port = await freePort();
  const child = spawn(process.execPath, [script, '--headless', `--port=${port}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, TRUSTED_CUSTOM_HOSTS: '127.0.0.1,localhost', NODE_ENV: 'production' },
  });
  await readPort(child, /http:\/\/localhost:(\d+)/);
  const headers = {
    ...PASS_KEY,
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `http://127.0.0.1:${upstreamPort}/v1`,
  };
  return {
    name: 'portkey',
    pid: pidOf(child),
    port,
    path: CHAT_PATH,
    headers,
    ...NO_STARTS,
    stop: () => stopChild(child),
  };
}

function readPort(child: ChildProcess, pattern: RegExp): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    process.once('exit', () => child.kill());
    const timer = setTimeout(() => reject(new Error(`no port was printed: ${text.slice(0, 400)}`)), START_LIMIT_MS);
    child.once('exit', (code) => reject(new Error(`exited with ${code}: ${text.slice(0, 400)}`)));
    child.stdout?.on('data', (part: Buffer) => {
      text += part.toString('utf8');
      const port = pattern.exec(text)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    });
  });
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('the process has no pid');
  return child.pid;
}

async function noWork(): Promise<void> {}
