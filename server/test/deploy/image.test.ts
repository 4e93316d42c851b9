import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../rigs/engine-process.ts';
import { START_FLAGS } from '../rigs/reeve.ts';
import { build, readConfig, readDockerfile, readIgnoreFile, type ImageConfig, type Stage } from './dockerfile.ts';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../../..');
const DOCKERFILE = join(ROOT, 'deploy/docker/Dockerfile');
const START_MS = 60_000;
const isRoot = process.getuid?.() === 0;

let folder: string;
let image: string;
let stages: Stage[];
let config: ImageConfig;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reeve-image-'));
  chmodSync(folder, 0o755);
  stages = readDockerfile(readFileSync(DOCKERFILE, 'utf8'));
  const last = stages.at(-1);
  if (last === undefined) throw new Error('the Dockerfile has no stage');
  config = readConfig(last);
  image = await build(stages, {
    context: ROOT,
    isSeen: await readIgnoreFile(`${DOCKERFILE}.dockerignore`),
    target: folder,
  });
  // The base image's part: Node where its user can run it.
  mkdirSync(join(image, 'usr/bin'), { recursive: true });
  copyFileSync(process.execPath, join(image, 'usr/bin/node'));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inImage = (path: string): string => (path.startsWith('/') ? join(image, path) : path);

interface Container {
  port: number;
  env: Record<string, string>;
  process: ChildProcess;
  output(): string;
}

/** A command of the image as its container runs it: as its user, and of the whole tree only `writable` can be written. */
function runConfined(command: readonly string[], env: Record<string, string>, writable: string): ChildProcess {
  const [program = '', ...args] = command.map(inImage);
  const line = [program === 'node' ? inImage('/usr/bin/node') : program, ...args];
  const options = { cwd: inImage(config.workdir), env: { PATH: '/usr/bin:/bin', ...env } };
  // Who is not root cannot change user, and cannot make a tree read-only but by its rights.
  if (!isRoot) return spawn(line[0] ?? '', line.slice(1), options);
  const { uid, gid } = config.user;
  // Not bash, which reads its start files where its input is a socket.
  const script = [
    'folder=$0 uid=$1 gid=$2; shift 2',
    'mount --bind "$folder" "$folder"',
    'mount -o remount,bind,ro /',
    'exec setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs --bounding-set -all -- "$@"',
  ].join(' && ');
  const shell = ['sh', '-c', script, writable, String(uid), String(gid), ...line];
  return spawn('unshare', ['--mount', '--propagation', 'private', ...shell], options);
}

function start(port: number, more: Record<string, string> = {}, writable = config.volumes[0] ?? ''): Container {
  const env = {
    ...config.env,
    REEVE_PORT: String(port),
    REEVE_DATA_DIR: inImage(config.env['REEVE_DATA_DIR'] ?? ''),
    ...more,
  };
  const child = runConfined(config.command, env, inImage(writable));
  let output = '';
  child.stdout?.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr?.on('data', (text: Buffer) => (output += text.toString()));
  return { port, env, process: child, output: () => output };
}

async function whenReady({ process: child, output }: Container): Promise<void> {
  const signal = AbortSignal.timeout(START_MS);
  const ended = once(child, 'exit', { signal }).then(() =>
    Promise.reject(new Error(`it ended:\n${output().slice(-2000)}`)),
  );
  while (!output().includes('Reeve is ready at')) {
    await Promise.race([once(child.stdout ?? child, 'data', { signal }), ended]);
  }
  ended.catch(() => undefined);
}

async function isHealthy(container: Container): Promise<boolean> {
  const child = runConfined(config.healthcheck, container.env, inImage(config.volumes[0] ?? ''));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}

describe('the image that the Dockerfile makes', () => {
  it('stands on the Node that the project names, and says how it runs', () => {
    const manifest: { devDependencies: { node: string } } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    );
    expect(stages.map(({ base }) => base)).toEqual(
      Array.from({ length: 3 }, () => `node:${manifest.devDependencies.node}-bookworm-slim`),
    );
    expect(config.user).toEqual({ uid: 1000, gid: 1000 });
    expect(config.env).toMatchObject({ REEVE_HOST: '0.0.0.0', REEVE_DATA_DIR: config.volumes[0] });
    expect(config.command).toEqual(['node', ...START_FLAGS, '/app/server/src/roles/main.ts', 'serve']);
  });

  it('holds the program and nothing that only tests need', async () => {
    const names = globSync('**/*', { cwd: join(image, 'app'), exclude: ['**/node_modules/**', '**/.prepared/**'] });
    expect(names.filter((name) => /testing\.ts|\.test\.ts|fixtures|conformance|\.md$|snapshot/.test(name))).toEqual([]);
    expect(names).toContain('server/migrations/0001_roles.up.sql');
    expect(names).toContain('console/dist/index.html');
    expect(names.filter((name) => name.startsWith('console/src/'))).toEqual([]);
    const packages = globSync(
      '{,server/,contracts/}node_modules/{vitest,typescript,oxlint,node,knip,dependency-cruiser}',
      {
        cwd: join(image, 'app'),
      },
    );
    expect(packages).toEqual([]);
    const { stdout } = await run('du', ['-sm', join(image, 'app')]);
    expect(Number.parseInt(stdout, 10)).toBeLessThanOrEqual(170);
  });

  it('lets the program start, answer and end as another user in a read-only tree', async () => {
    const container = start(await freePort());
    try {
      await whenReady(container);
      expect(await isHealthy(container)).toBe(true);
      const key = /^API key: (\S+)$/m.exec(container.output())?.[1] ?? '';
      const smoke = [
        ...config.command.slice(0, -1),
        'smoke',
        '--url',
        `http://127.0.0.1:${container.port}`,
        '--key',
        key,
      ];
      const smoked = runConfined(smoke, container.env, inImage(config.volumes[0] ?? ''));
      expect(await once(smoked, 'exit')).toEqual([0, null]);
      container.process.kill('SIGTERM');
      expect(await once(container.process, 'exit')).toEqual([0, null]);
      expect(await isHealthy(container)).toBe(false);
    } finally {
      container.process.kill('SIGKILL');
    }
  });

  it.runIf(isRoot)('needs the data folder to be writable, and says so where it is not', async () => {
    const container = start(await freePort(), {}, '/usr/bin');
    await once(container.process, 'exit');
    expect(container.process.exitCode).toBe(1);
    expect(container.output()).toMatch(/var\/lib\/reeve.* cannot be locked|EROFS.*var\/lib\/reeve/);
  });
});
