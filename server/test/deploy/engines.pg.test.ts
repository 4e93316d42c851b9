import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answersOk, askOverTcp, findEngine, freePort, startEngine, type EngineRig } from '../rigs/engine-process.ts';
import { ask, getReceipt } from '../rigs/api.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider } from '../rigs/mock-provider.ts';
import { startPostgres, type PostgresRig } from '../rigs/postgres.ts';
import { startReeve } from '../rigs/reeve.ts';
import { DEPLOY, readCompose } from './manifests.ts';

const run = promisify(execFile);
const ENGINES = join(DEPLOY, 'compose/engines');

let folder: string;
let postgres: PostgresRig;
let nats: EngineRig;
let redis: EngineRig;
const secret = (name: string): string => readFileSync(join(folder, name), 'utf8').trim();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reeve-composed-'));
  await run('sh', [join(DEPLOY, 'compose/make-secrets.sh'), folder]);
  postgres = await startPostgres({ vectors: true });
  await initialise();
  nats = await startNats();
  redis = await startRedis();
});
afterAll(async () => {
  await Promise.all([nats.stop(), redis.stop(), postgres.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** What the image of PostgreSQL does with the script at its first start. */
async function initialise(): Promise<void> {
  const env = { PATH: process.env['PATH'], PGHOST: '127.0.0.1', PGPORT: String(postgres.port), PGUSER: 'postgres' };
  const password = { DATABASE_PASSWORD_FILE: join(folder, 'database_password') };
  await run('sh', [join(ENGINES, 'postgres-init.sh')], { env: { ...env, ...password } });
}

async function startNats(config = join(ENGINES, 'nats.conf')): Promise<EngineRig> {
  const monitor = await freePort();
  return startEngine({
    name: 'nats',
    binary: findEngine('nats-server-2.15.1', 'nats-server'),
    args(port, place) {
      const text = readFileSync(config, 'utf8')
        .replace('0.0.0.0:4222', `127.0.0.1:${port}`)
        .replace('0.0.0.0:8222', `127.0.0.1:${monitor}`)
        .replace('/data', place);
      writeFileSync(join(place, 'nats.conf'), text);
      writeFileSync(join(place, 'auth.conf'), secret('nats_auth'));
      return ['-c', join(place, 'nats.conf')];
    },
    isReady: () => answersOk(`http://127.0.0.1:${monitor}/healthz?js-enabled-only=true`),
  });
}

function startRedis(): Promise<EngineRig> {
  return startEngine({
    name: 'redis',
    binary: findEngine('redis-server', 'valkey-server'),
    args(port, place) {
      const text = readFileSync(join(ENGINES, 'redis.conf'), 'utf8')
        .replace('port 6379', `port ${port}`)
        .replace('/run/secrets', folder);
      writeFileSync(join(place, 'redis.conf'), text);
      return [join(place, 'redis.conf'), '--bind', '127.0.0.1'];
    },
    isReady: async (port) => (await askOverTcp(port, 'PING\r\n')).startsWith('-NOAUTH'),
  });
}

/** The address that a container would read, with this machine's port in place of the service's name. */
function placeUrl(name: string, host: string, port: number): string {
  const path = join(folder, `${name}-here`);
  writeFileSync(path, secret(name).replace(host, `127.0.0.1:${port}`));
  return path;
}

describe('the engines as compose.yaml starts them', () => {
  it('PostgreSQL has the database, an owner whom row security binds, and vectors', async () => {
    const client = new Client({ connectionString: postgres.adminUrl('reeve') });
    await client.connect();
    const { rows } = await client.query(
      "select rolsuper, rolbypassrls, rolcreaterole, (select extname from pg_extension where extname = 'vector') as vector from pg_roles where rolname = 'reeve'",
    );
    await client.end();
    expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, rolcreaterole: true, vector: 'vector' }]);
    await initialise();
  });

  it('NATS and Redis let nobody in without the password', async () => {
    expect(await askOverTcp(redis.port, 'PING\r\n')).toMatch(/^-NOAUTH/);
    expect(await askOverTcp(redis.port, `AUTH ${secret('redis_password')}\r\n`)).toMatch(/^\+OK/);
    expect(await askOverTcp(nats.port, '')).toContain('"auth_required":true');
  });

  it('carry a Reeve that has the variables of the compose file', async () => {
    const { services } = await readCompose();
    const places: Record<string, string> = {
      REEVE_CONFIG: join(DEPLOY, 'compose/reeve.yaml'),
      REEVE_DATABASE_URL_FILE: placeUrl('database_url', 'postgres:5432', postgres.port),
      REEVE_NATS_URL_FILE: placeUrl('nats_url', 'nats:4222', nats.port),
      REEVE_REDIS_URL_FILE: placeUrl('redis_url', 'redis:6379', redis.port),
      REEVE_BOOTSTRAP_KEY_FILE: join(folder, 'bootstrap_key'),
      REEVE_MASTER_KEY_FILE: join(folder, 'master_key'),
    };
    const given = Object.entries(services['reeve']?.environment ?? {}).flatMap(([name, value]) => {
      // S3 and Vault have suites of their own; no server of either stands here.
      return /S3|VAULT/.test(name) ? [] : [[name, places[name] ?? value ?? ''] as const];
    });
    expect(Object.keys(places).filter((name) => !given.some(([known]) => known === name))).toEqual([]);
    const reeve = await startReeve({ env: { ...Object.fromEntries(given), REEVE_BOOTSTRAP_KEY: '' } });
    try {
      const smoke = await reeve.home.cli('smoke', '--url', reeve.baseUrl);
      expect(smoke).toMatchObject({ code: 0, stdout: expect.stringContaining('The server works.') });
    } finally {
      await reeve.close();
    }
  });

  it('the NATS of the stack is one of three', async () => {
    const place = mkdtempSync(join(tmpdir(), 'reeve-nats-'));
    try {
      writeFileSync(join(place, 'nats.conf'), readFileSync(join(DEPLOY, 'swarm/engines/nats.conf')));
      writeFileSync(join(place, 'auth.conf'), secret('nats_auth'));
      const check = (name: string) =>
        run(findEngine('nats-server-2.15.1', 'nats-server'), ['-t', '-c', join(place, 'nats.conf')], {
          env: { NATS_NAME: name },
        });
      expect((await check('nats-1')).stderr).toContain('is valid');
      writeFileSync(join(place, 'nats.conf'), 'jetstream { store_dri: /data }');
      await expect(check('nats-1')).rejects.toThrow(/store_dri/);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
});

describe('settle-left-folders.sh', () => {
  const SCRIPT = join(DEPLOY, 'swarm/settle-left-folders.sh');
  const MAIN = new URL('../../src/roles/main.ts', import.meta.url).pathname;
  const settle = (folders: string, databaseUrl: string) =>
    run('sh', [SCRIPT, 'once'], {
      env: {
        PATH: process.env['PATH'],
        HOME: folders,
        FOLDERS: folders,
        REEVE_DATABASE_URL: databaseUrl,
        AGE_MINUTES: '-1',
        REEVE: `${process.execPath} ${MAIN}`,
      },
    });

  it('leaves a task alone that lives, and settles what a killed one left before it removes it', async () => {
    const databaseUrl = await postgres.url('settled');
    const folders = join(folder, 'tasks');
    const data = join(folders, 'one');
    mkdirSync(folders);
    const mock = await startMockProvider();
    const config = mockConfig(mock, ['endless']);
    const env = { REEVE_DATA_DIR: data, REEVE_BOOTSTRAP_KEY: secret('bootstrap_key') };
    const killed = await startReeve({ config, databaseUrl, env });
    try {
      const streaming = await ask({ baseUrl: killed.baseUrl, key: killed.key }, 'endless', { stream: true });
      const receipt = streaming.headers.get('x-reeve-receipt');
      await settle(folders, databaseUrl);
      expect(existsSync(data)).toBe(true);
      await killed.kill();
      const away = await settle(folders, 'postgres://reeve@127.0.0.1:1/settled');
      expect(away.stdout).toContain(`not settled: ${data}`);
      expect(existsSync(data)).toBe(true);
      expect((await settle(folders, databaseUrl)).stdout).toContain(`settled and removed ${data}`);
      expect(existsSync(data)).toBe(false);
      const next = await startReeve({ databaseUrl, env: { REEVE_BOOTSTRAP_KEY: secret('bootstrap_key') } });
      const { status } = await getReceipt({ baseUrl: next.baseUrl, key: killed.key }, receipt);
      await next.stop();
      await next.home.dispose();
      expect(status).toBe('assumed');
    } finally {
      await killed.home.dispose();
      await mock.stop();
    }
  });
});
