/** The steps of docs/guides/from-one-process-to-many.md, on real engines (Vault: its protocol), one behind the other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, listAll, type Caller, type ReceiptView } from '../rigs/api.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { startNats, type NatsRig } from '../rigs/nats.ts';
import { startPostgres, type PostgresRig } from '../rigs/postgres.ts';
import { startRedis, type RedisRig } from '../rigs/redis.ts';
import { createReeveHome, type ReeveHome, type RunningReeve } from '../rigs/reeve.ts';
import { startS3, type S3Rig } from '../rigs/s3.ts';
import { startVault, type VaultRig } from '../rigs/vault-fake.ts';
import { verifyReceipts } from '../rigs/verify-receipts.ts';

let postgres: PostgresRig;
let nats: NatsRig;
let redis: RedisRig;
let s3: S3Rig;
let vault: VaultRig;
let mock: MockProvider;
let home: ReeveHome;
let key: string;
let calls = 0;
const others: ReeveHome[] = [];
/** What the steps before have set. */
const env: Record<string, string> = {};

beforeAll(async () => {
  [postgres, nats, redis, s3, vault, mock] = await Promise.all([
    startPostgres(),
    startNats(),
    startRedis(),
    startS3(),
    startVault(),
    startMockProvider(),
  ]);
  home = await createReeveHome({ config: mockConfig(mock) });
});
afterAll(async () => {
  for (const one of [home, ...others]) await one?.dispose();
  await Promise.all([mock?.stop(), vault?.stop(), s3?.stop(), redis?.stop(), nats?.stop(), postgres?.stop()]);
});

async function call({ baseUrl }: RunningReeve): Promise<void> {
  expect((await ask({ baseUrl, key }, 'good')).status).toBe(200);
  calls += 1;
}

async function expectBooks({ baseUrl }: RunningReeve): Promise<void> {
  const caller: Caller = { baseUrl, key };
  const receipts = await listAll<ReceiptView>(caller, '/api/v1/receipts');
  expect(receipts).toHaveLength(calls);
  expect((await verifyReceipts(receipts)).faults).toEqual([]);
}

async function readReady({ baseUrl }: RunningReeve): Promise<{ status: string; checks: Record<string, string> }> {
  return (await (await fetch(`${baseUrl}/readyz`)).json()) as { status: string; checks: Record<string, string> };
}

/** One more step: the variable is set, the server restarted, and everything is as before. */
async function restart(more: Record<string, string>): Promise<RunningReeve> {
  Object.assign(env, more);
  const running = await home.start(env);
  await call(running);
  await expectBooks(running);
  return running;
}

describe('from one process to many, step by step', () => {
  test('one process, then PostgreSQL', async () => {
    const running = await home.start();
    key = home.apiKey();
    await call(running);
    await running.stop();
    const url = await postgres.url('many');
    const { code, stdout } = await home.cli('move', '--to', url);
    expect(code).toBe(0);
    expect(stdout).toMatch(/counts and hashes agree.*1 receipts in 1 chains verify.*REEVE_DATABASE_URL=/s);
    const moved = await restart({ REEVE_DATABASE_URL: url });
    expect((await home.cli('smoke', '--url', moved.baseUrl, '--key', key, '--model', 'good')).code).toBe(0);
    calls = (await listAll({ baseUrl: moved.baseUrl, key }, '/api/v1/receipts')).length;
    expect((await moved.stop()).code).toBe(0);
  });

  test('workers', async () => {
    const running = await restart({ REEVE_WORKERS: '2' });
    for (let turn = 0; turn < 4; turn += 1) await call(running);
    await expectBooks(running);
    expect((await running.stop()).code).toBe(0);
    delete env['REEVE_WORKERS'];
  });

  test('NATS, Redis, S3 and Vault, each by its variable', async () => {
    const steps = [
      { REEVE_NATS_URL: nats.url },
      { REEVE_REDIS_URL: redis.url },
      { REEVE_S3_URL: s3.url },
      { REEVE_VAULT_URL: vault.url.replace('://', `://${vault.roleId}:${vault.secretId}@`) },
    ];
    for (const step of steps) {
      const running = await restart(step);
      await expect.poll(() => readReady(running).then(({ status }) => status), { timeout: 10_000 }).toBe('ok');
      expect((await running.stop()).code).toBe(0);
    }
  });

  test('roles apart, with the master key of the first start', async () => {
    env['REEVE_MASTER_KEY'] = readFileSync(join(home.dataDir, 'master.key'), 'utf8').trim();
    const config = mockConfig(mock);
    for (let count = 0; count < 3; count += 1) others.push(await createReeveHome({ config }));
    const roles = ['gateway', 'gateway', 'control', 'worker'];
    const running = await Promise.all(
      [home, ...others].map((one, index) => one.start({ ...env, REEVE_ROLES: roles[index] ?? '' })),
    );
    const [first, second, control, worker] = running as [RunningReeve, RunningReeve, RunningReeve, RunningReeve];
    for (const gateway of [first, second, first, second]) await call(gateway);
    await expectBooks(control);
    await expect.poll(() => readReady(worker).then(({ status }) => status), { timeout: 10_000 }).toBe('ok');
    expect(Object.keys((await readReady(worker)).checks)).toEqual(
      expect.arrayContaining(['database', 'events', 'redis', 'objects', 'secrets']),
    );
    const keys = await others[1]?.cli('keys', 'list');
    expect(keys?.code).toBe(0);
    await redis.down();
    await call(first);
    expect((await readReady(first)).status).toBe('failing');
    expect((await fetch(`${first.baseUrl}/readyz?for=traffic`)).status).toBe(200);
    for (const one of running) expect((await one.stop()).code).toBe(0);
  });
});
