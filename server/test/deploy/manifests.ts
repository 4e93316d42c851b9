/** Compose and stack files as Docker's own readers understand them. */
import { execFile } from 'node:child_process';
import { accessSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { findEngine } from '../rigs/engine-process.ts';

const run = promisify(execFile);
export const DEPLOY = resolve(import.meta.dirname, '../../../deploy');
const COMPOSE_VERSION = '2.16.2';

interface Resources {
  cpus?: string | number;
  memory?: string | number;
}

export interface Service {
  image: string;
  entrypoint?: string[] | null;
  command?: string[];
  user?: string;
  read_only?: boolean;
  privileged?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  environment?: Record<string, string | null>;
  secrets?: { source: string; target?: string }[];
  configs?: { source: string; target?: string }[];
  networks?: Record<string, { aliases?: string[] } | null>;
  ports?: { target: number; published: number | string }[];
  volumes?: { type: string; source?: string; target: string }[];
  restart?: string;
  stop_grace_period?: string;
  healthcheck?: { test?: string[]; disable?: boolean };
  deploy?: {
    mode?: string;
    replicas?: number;
    placement?: { constraints?: string[]; preferences?: { spread: string }[] };
    update_config?: { order?: string; failure_action?: string; parallelism?: number };
    rollback_config?: { order?: string };
    restart_policy?: { condition?: string };
    resources?: { limits?: Resources; reservations?: Resources };
  };
}

export interface Manifest {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, object>;
  secrets: Record<string, { file?: string; external?: boolean; name?: string }>;
  configs: Record<string, { file?: string; name?: string }>;
}

/** Networks, volumes, secrets and configs that a service uses and nobody declares; the readers do not look for all of them. */
export function findUndeclared(manifest: Manifest): string[] {
  return Object.entries(manifest.services).flatMap(([name, service]) => {
    const volumes = service.volumes?.filter(({ type }) => type === 'volume').map(({ source = '' }) => source) ?? [];
    const uses: [string[], object][] = [
      [Object.keys(service.networks ?? {}), manifest.networks],
      [volumes, manifest.volumes],
      [service.secrets?.map(({ source }) => source) ?? [], manifest.secrets],
      [service.configs?.map(({ source }) => source) ?? [], manifest.configs],
    ];
    return uses.flatMap(([used, declared]) =>
      used.filter((each) => !(each in declared)).map((each) => `${name}: ${each}`),
    );
  });
}

type Change = readonly [from: string, to: string];

/** A compose file through compose-go. Rejects with its words where it does not take the file. */
export function readCompose(change?: Change): Promise<Manifest> {
  const reader = findEngine(`compose-go-${COMPOSE_VERSION}`);
  return readWith(reader, [], join(DEPLOY, 'compose/compose.yaml'), change);
}

/** A stack file through `docker stack config`, which needs no engine. Rejects where the client is missing or refuses it. */
export function readStack(change?: Change): Promise<Manifest> {
  return readWith(findDocker(), ['stack', 'config', '-c'], join(DEPLOY, 'swarm/stack.yaml'), change);
}

function findDocker(): string {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'docker'))
    .find(isThere);
  if (found !== undefined) return found;
  // Debian 12's own is too old: it has no "stack config".
  throw new Error("Docker's client, 23 or newer, is not on the path. On Debian 13: apt-get install docker-cli");
}

function isThere(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Paths in the file stay relative to where it lies, so a changed copy lies beside it in a folder of links. */
async function readWith(
  reader: string,
  args: readonly string[],
  path: string,
  change: Change | undefined,
): Promise<Manifest> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-manifest-'));
  try {
    const text = await readFile(path, 'utf8');
    const changed = change === undefined ? text : text.replace(...change);
    if (change !== undefined && changed === text) throw new Error(`${path} has no ${change[0]}`);
    const copy = join(folder, 'manifest.yaml');
    // Whoever reads the copy looks for what it names where the original does.
    await writeFile(
      copy,
      changed.replaceAll(/file: (\.\.?\/[^ ,}]+)/g, (_whole, file: string) => `file: ${resolve(dirname(path), file)}`),
    );
    const { stdout } = await run(reader, [...args, copy], { env: { PATH: process.env['PATH'] ?? '', HOME: folder } });
    return parse(stdout) as Manifest;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
