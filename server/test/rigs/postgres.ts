import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { endProcess, findEngine, freePort, isExecutable } from './engine-process.ts';

export interface PostgresRig {
  /**
   * The URL of a database with this name, made (empty, or from `template`) where it is missing. It logs in as its
   * owner, who is no superuser and so is bound by row security and grants.
   */
  url(name: string, template?: string): Promise<string>;
  /** The same database as the superuser, whom nothing binds. */
  adminUrl(name: string): string;
  port: number;
  /** The server's process; a crash test kills it. */
  pid: number;
  /** Ends the server at once, as a crash would, and starts it again on the same data and port. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresRigOptions {
  /** Crash tests need it; logic tests are quicker without. */
  fsync?: boolean;
  /** PostgreSQL 15 with pgvector: `create extension vector` as the superuser. */
  vectors?: boolean;
}

const START_TIMEOUT_MS = 30_000;
const WITH_VECTORS = 'postgresql-15-pgvector-0.8.0/usr/lib/postgresql/15/bin/postgres';

/** A real PostgreSQL in a temp folder on a free port. Throws where it cannot start: a rig that skips proves nothing. */
export async function startPostgres({ fsync = false, vectors = false }: PostgresRigOptions = {}): Promise<PostgresRig> {
  const binaries = vectors ? dirname(findEngine(WITH_VECTORS)) : findBinaries();
  const user = pickUser();
  const folder = mkdtempSync(join(tmpdir(), 'reeve-postgres-'));
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const owner = { ...user, cwd: folder };
  const data = join(folder, 'data');
  const initdb = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ];
  execFileSync(join(binaries, 'initdb'), initdb, { ...owner, stdio: 'pipe' });
  const port = await freePort();
  const start = (): Promise<ChildProcess> =>
    startServer(join(binaries, 'postgres'), serverArguments(data, port, fsync), owner);
  let server = await start();
  const made = new Set<string>();
  await run(adminUrl(port, 'postgres'), 'create role reeve login createrole');

  return {
    port,
    get pid() {
      return server.pid ?? 0;
    },
    async url(name, template = 'template1') {
      if (!made.has(name)) {
        made.add(name);
        await run(adminUrl(port, 'postgres'), `create database ${name} owner reeve template ${template}`);
      }
      return `postgres://reeve@127.0.0.1:${port}/${name}`;
    },
    adminUrl: (name) => adminUrl(port, name),
    async crash() {
      await endProcess(server, 'SIGQUIT');
      server = await start();
    },
    async stop() {
      await endProcess(server, 'SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function adminUrl(port: number, name: string): string {
  return `postgres://postgres@127.0.0.1:${port}/${name}`;
}

function serverArguments(data: string, port: number, fsync: boolean): string[] {
  const durable = fsync ? 'on' : 'off';
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    `fsync=${durable}`,
    `synchronous_commit=${durable}`,
    `full_page_writes=${durable}`,
    'shared_buffers=32MB',
  ];
  return ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
}

async function startServer(binary: string, args: readonly string[], options: object): Promise<ChildProcess> {
  const server = spawn(binary, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  // A test process that dies takes its server along.
  const killServer = (): boolean => server.kill('SIGKILL');
  process.once('exit', killServer);
  server.once('exit', () => process.off('exit', killServer));
  let log = '';
  server.stderr?.on('data', (chunk: Buffer) => {
    log = `${log}${chunk.toString()}`.slice(-4000);
  });
  const port = /port=(\d+)/.exec(args.join(' '))?.[1];
  for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS; waitedMs += 50) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended while starting:\n${log}`);
    if (await answers(adminUrl(Number(port), 'postgres'))) return server;
    await sleep(50);
  }
  server.kill('SIGKILL');
  throw new Error(`PostgreSQL did not start within ${START_TIMEOUT_MS} ms:\n${log}`);
}

async function answers(url: string): Promise<boolean> {
  return run(url, 'select 1').then(
    () => true,
    () => false,
  );
}

async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Debian keeps the server's binaries by version beside the path. */
function findBinaries(): string {
  const debian = '/usr/lib/postgresql';
  const versions = tryList(debian).toSorted((a, b) => Number(b) - Number(a));
  const places = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...versions.map((name) => join(debian, name, 'bin')),
  ];
  const found = places.find((place) => isExecutable(join(place, 'initdb')) && isExecutable(join(place, 'postgres')));
  if (found === undefined) throw new Error('no PostgreSQL server found: install the package postgresql (15 or newer)');
  return found;
}

/** The server refuses to run as root, and its user must be one that the system knows. */
function pickUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith('postgres:'));
  const [, , uid = '65534', gid = '65534'] = entry?.split(':') ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

function tryList(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
