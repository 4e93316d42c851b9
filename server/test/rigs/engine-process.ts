/** What the rigs of real engines share: a binary, a temp folder, a free port, and a process that is ended by its id. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A running engine that can be put through what engines go through. Its folder and port stay until `stop`. */
export interface EngineRig {
  readonly port: number;
  readonly folder: string;
  /** Changes with each start. */
  readonly pid: number;
  /** Ends it in good order; what it keeps on the disk stays. */
  down(): Promise<void>;
  /** Starts it again on the same port and folder. */
  up(): Promise<void>;
  /** Ends it with SIGKILL and starts it again. */
  crash(): Promise<void>;
  /** Connections stand and take bytes, and nothing answers (SIGSTOP). */
  pause(): void;
  resume(): void;
  /** Ends it for good and removes its folder. */
  stop(): Promise<void>;
}

export interface EngineOptions {
  /** For messages and the temp folder, e.g. `redis`. */
  name: string;
  binary: string;
  args(port: number, folder: string): readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Whether it answers; asked until it does. A throw counts as no. */
  isReady(port: number): Promise<boolean>;
}

const START_TIMEOUT_MS = 30_000;
const POLL_MS = 20;
/** Between asking for a free port and listening on it another process may take it. */
const PORT_TRIES = 3;

/** Starts an engine. Throws with what it said where it does not get ready: a rig that skips proves nothing. */
export async function startEngine(options: EngineOptions): Promise<EngineRig> {
  const folder = mkdtempSync(join(tmpdir(), `reeve-${options.name}-`));
  try {
    const { port, process: first } = await startOnFreePort(options, folder);
    return operate(options, { folder, port }, first);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function operate(options: EngineOptions, place: { folder: string; port: number }, first: ChildProcess): EngineRig {
  let current = first;
  const up = async (): Promise<void> => {
    current = await launch(options, place.port, place.folder);
  };
  return {
    ...place,
    get pid() {
      return current.pid ?? 0;
    },
    down: () => endProcess(current, 'SIGTERM'),
    up,
    async crash() {
      await endProcess(current, 'SIGKILL');
      await up();
    },
    pause: () => void current.kill('SIGSTOP'),
    resume: () => void current.kill('SIGCONT'),
    async stop() {
      current.kill('SIGCONT');
      await endProcess(current, 'SIGTERM');
      rmSync(place.folder, { recursive: true, force: true });
    },
  };
}

async function startOnFreePort(options: EngineOptions, folder: string) {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    try {
      return { port, process: await launch(options, port, folder) };
    } catch (error) {
      if (tries === PORT_TRIES || !/address already in use/i.test(String(error))) throw error;
    }
  }
}

async function launch(options: EngineOptions, port: number, folder: string): Promise<ChildProcess> {
  const child = spawn(options.binary, options.args(port, folder), {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, TMPDIR: tmpdir(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test process that dies takes its engine along.
  const killEngine = (): boolean => child.kill('SIGKILL');
  process.once('exit', killEngine);
  child.once('exit', () => process.off('exit', killEngine));
  let log = '';
  const keep = (chunk: Buffer): void => {
    log = `${log}${chunk.toString()}`.slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  let failure: Error | null = null;
  child.once('error', (error) => (failure = error));
  for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS; waitedMs += POLL_MS) {
    if (failure !== null) throw new Error(`${options.name} cannot be started`, { cause: failure });
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`${options.name} ended while starting:\n${log}`);
    }
    if (await options.isReady(port).catch(() => false)) return child;
    await sleep(POLL_MS);
  }
  child.kill('SIGKILL');
  throw new Error(`${options.name} was not ready after ${START_TIMEOUT_MS} ms:\n${log}`);
}

/** Sends the signal and waits until the process is gone. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** Where `.ci/prepare-engines.sh` keeps what Debian does not have. */
const ENGINES_FOLDER = process.env['REEVE_CI_CACHE'] ?? '/var/tmp/reeve-engines';

/** The first of the names that is on the path or among the prepared engines. Throws where there is none. */
export function findEngine(...names: string[]): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', ENGINES_FOLDER];
  const places = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = places.find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(`${names.join(' and ')} not found on the path or in ${ENGINES_FOLDER}: run .ci/prepare-machine.sh`);
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A port of the loopback that nobody listens on now. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Sends a line over TCP and gives the first piece of the answer; for engines whose greeting is enough to know them. */
export async function askOverTcp(port: number, line: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    socket.write(line);
    const [data] = (await once(socket, 'data', { signal: AbortSignal.timeout(1000) })) as [Buffer];
    return data.toString('latin1');
  } finally {
    socket.destroy();
  }
}

/** Whether a GET answers with a 2xx status. */
export async function answersOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
  await response.arrayBuffer();
  return response.ok;
}
