/** A real Reeve: a process of its own, a temp folder, a free port; stopped by pid. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = new URL('../../src/roles/main.ts', import.meta.url).pathname;
const MANIFEST = new URL('../../../package.json', import.meta.url);
const READY_TIMEOUT_MS = 60_000;
const CLI_TIMEOUT_MS = 30_000;

/** Flags of Node that `npm start` gives. */
export const START_FLAGS = readStartFlags();

export interface ReeveSettings {
  /** Text of `reeve.yaml`; absent: none. */
  config?: string;
  /** Variables on top of the rig's own; nothing else of the caller's environment reaches the server but PATH and HOME. */
  env?: Readonly<Record<string, string>>;
  /** Absent: the embedded database. */
  databaseUrl?: string;
  /** Flags of Node on top of `START_FLAGS`, e.g. `--cpu-prof`. */
  nodeArgs?: readonly string[];
}

export interface ExitReport {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** One run of the server. */
export interface RunningReeve {
  baseUrl: string;
  port: number;
  pid: number;
  /** From spawning to the ready line. */
  startMs: number;
  stdout(): string;
  stderr(): string;
  exited: Promise<ExitReport>;
  /** SIGTERM, then waits for the exit. */
  stop(): Promise<ExitReport>;
  /** SIGKILL, then waits for the exit. */
  kill(): Promise<ExitReport>;
}

/** A folder in which Reeve is started, stopped and started again. */
export interface ReeveHome {
  folder: string;
  dataDir: string;
  /** The owner's key, known from the first start on. */
  apiKey(): string;
  /**
   * Starts the server and resolves at its ready line; rejects with its output where it exits before. `env` stands before
   * the settings' own, for this start.
   */
  start(env?: Readonly<Record<string, string>>): Promise<RunningReeve>;
  /** Runs `reeve <args>` in this folder to its end; killed after half a minute. */
  cli(...args: string[]): Promise<ExitReport>;
  writeConfig(text: string): Promise<void>;
  /** Kills what still runs and removes the folder. */
  dispose(): Promise<void>;
}

/** Makes a temp folder for one Reeve; nothing is started yet. */
export async function createReeveHome(settings: ReeveSettings = {}): Promise<ReeveHome> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-home-'));
  const configPath = join(folder, 'reeve.yaml');
  const dataDir = join(folder, 'data');
  const children = new Set<ChildProcess>();
  let ownerKey = settings.env?.['REEVE_BOOTSTRAP_KEY'] ?? null;
  if (settings.config !== undefined) await writeFile(configPath, settings.config);

  const launch = (args: readonly string[], nodeArgs: readonly string[] = [], env = {}): Child => {
    const own = { ...settings, env: { ...settings.env, ...env } };
    const child = launchMain({ folder, dataDir, settings: own, args, nodeArgs });
    children.add(child.process);
    child.process.once('exit', () => children.delete(child.process));
    return child;
  };
  return {
    folder,
    dataDir,
    apiKey: () => {
      if (ownerKey === null) throw new Error('the owner key is known only after the first start');
      return ownerKey;
    },
    async start(env) {
      const running = await waitUntilReady(launch(['serve'], settings.nodeArgs, env));
      ownerKey ??= /^API key: (\S+)$/m.exec(running.stdout())?.[1] ?? null;
      return running;
    },
    cli: (...args) => exitInTime(launch(args)),
    writeConfig: (text) => writeFile(configPath, text),
    async dispose() {
      await Promise.all([...children].map((child) => killChild(child)));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A Reeve in a folder of its own. */
export interface WholeReeve extends RunningReeve {
  home: ReeveHome;
  key: string;
  /** Stops it and removes the folder; rejects where it does not drain and exit with 0. */
  close(): Promise<void>;
}

/** Starts one Reeve in a fresh folder; `beforehand` may leave something in it, and stops what it starts. */
export async function startReeve(
  settings: ReeveSettings = {},
  beforehand: (home: ReeveHome) => Promise<void> = async () => undefined,
): Promise<WholeReeve> {
  const home = await createReeveHome(settings);
  try {
    await beforehand(home);
    const running = await home.start();
    const close = async (): Promise<void> => {
      const { code, signal, stderr } = await running.stop();
      await home.dispose();
      if (code !== 0) throw new Error(`Reeve ended with ${code ?? signal}:\n${tail(stderr)}`);
    };
    return { ...running, home, key: home.apiKey(), close };
  } catch (error) {
    await home.dispose();
    throw error;
  }
}

interface Child {
  process: ChildProcess;
  startedMs: number;
  stdout(): string;
  stderr(): string;
  exited: Promise<ExitReport>;
}

interface Launch {
  folder: string;
  dataDir: string;
  settings: ReeveSettings;
  args: readonly string[];
  nodeArgs: readonly string[];
}

function readStartFlags(): string[] {
  const { scripts }: { scripts: { start: string } } = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  const words = scripts.start.split(' ');
  return words.slice(
    words.indexOf('node') + 1,
    words.findIndex((word) => word.endsWith('main.ts')),
  );
}

function launchMain({ folder, dataDir, settings, args, nodeArgs }: Launch): Child {
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    REEVE_PORT: '0',
    REEVE_DATA_DIR: dataDir,
    REEVE_LOG_LEVEL: 'warn',
    ...settings.env,
  };
  if (settings.databaseUrl !== undefined) env['REEVE_DATABASE_URL'] = settings.databaseUrl;
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...START_FLAGS, ...nodeArgs, MAIN, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exited = new Promise<ExitReport>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { process: child, startedMs, stdout: () => stdout, stderr: () => stderr, exited };
}

async function waitUntilReady(child: Child): Promise<RunningReeve> {
  const found = await firstOf(child);
  if ('code' in found) {
    throw new Error(
      `Reeve exited (${found.code ?? found.signal}) before it was ready:\n${tail(found.stdout + found.stderr)}`,
    );
  }
  const { pid } = child.process;
  if (pid === undefined) throw new Error('Reeve has no pid');
  const signalAndWait = (signal: NodeJS.Signals): Promise<ExitReport> => {
    child.process.kill(signal);
    return child.exited;
  };
  return {
    ...found,
    pid,
    startMs: performance.now() - child.startedMs,
    stdout: child.stdout,
    stderr: child.stderr,
    exited: child.exited,
    stop: () => signalAndWait('SIGTERM'),
    kill: () => signalAndWait('SIGKILL'),
  };
}

/** A verb that does not end is ended: its report then has the signal and no code. */
async function exitInTime(child: Child): Promise<ExitReport> {
  const timer = setTimeout(() => child.process.kill('SIGKILL'), CLI_TIMEOUT_MS);
  try {
    return await child.exited;
  } finally {
    clearTimeout(timer);
  }
}

async function firstOf(child: Child): Promise<{ baseUrl: string; port: number } | ExitReport> {
  let timer: NodeJS.Timeout | undefined;
  const ready = new Promise<{ baseUrl: string; port: number }>((resolve, reject) => {
    const look = (): void => {
      const match = /^Reeve is ready at (https?:\/\/\S+:(\d+))$/m.exec(child.stdout());
      if (match?.[1] !== undefined) resolve({ baseUrl: match[1], port: Number(match[2]) });
    };
    child.process.stdout?.on('data', look);
    timer = setTimeout(() => {
      child.process.kill('SIGKILL');
      reject(new Error(`Reeve was not ready after ${READY_TIMEOUT_MS} ms:\n${tail(child.stdout() + child.stderr())}`));
    }, READY_TIMEOUT_MS);
  });
  try {
    return await Promise.race([ready, child.exited]);
  } finally {
    clearTimeout(timer);
  }
}

async function killChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/** The end of a text: embedded-database stacks print whole bundles on one line. */
function tail(text: string): string {
  const lines = text.trim().split('\n').slice(-15);
  return lines.map((line) => line.slice(0, 300)).join('\n');
}
