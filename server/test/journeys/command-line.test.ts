/** The verbs of `reeve`, beside a running server and without one. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, type Caller } from '../rigs/api.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { createReeveHome, type ReeveHome, type RunningReeve } from '../rigs/reeve.ts';

let mock: MockProvider;
let home: ReeveHome;

beforeAll(async () => {
  mock = await startMockProvider();
  home = await createReeveHome({ config: mockConfig(mock) });
});

afterAll(async () => {
  await home?.dispose();
  await mock?.stop();
});

async function runJson<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await home.cli(...args, '--json');
  expect({ code, stderr: stderr.slice(0, 500) }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

interface MadeKey {
  id: string;
  key: string;
  tenant_id: string;
  models: string[];
}

describe('without a server', () => {
  test('keys and tenants are made before the first start, and work after it', async () => {
    const first = await home.cli('tenants', 'create', 'before', '--json');
    expect(first.code).toBe(0);
    expect(first.stderr).toMatch(/first start.*API key: \S{24,}/s);
    const tenant = JSON.parse(first.stdout) as { id: string };
    const made = await runJson<MadeKey>('keys', 'create', '--name', 'early', '--tenant', tenant.id, '--model', 'good');
    expect(made).toMatchObject({ tenant_id: tenant.id, models: ['good'] });
    const running = await home.start();
    const caller = { baseUrl: running.baseUrl, key: made.key };
    expect((await ask(caller, 'good')).status).toBe(200);
    expect((await ask(caller, 'embed')).status).toBe(403);
    await running.stop();
    expect((await home.cli('keys', 'revoke', made.id)).code).toBe(0);
    const again = await home.start();
    expect((await ask({ ...caller, baseUrl: again.baseUrl }, 'good')).status).toBe(401);
    await again.stop();
  });

  test('migrate says that nothing is left to do', async () => {
    const { code, stdout } = await home.cli('migrate');
    expect(code).toBe(0);
    expect(stdout).not.toBe('');
  });

  test('doctor names providers and folder', async () => {
    const { code, stdout } = await home.cli('doctor');
    expect(code).toBe(0);
    expect(stdout).toContain(home.dataDir);
    expect(stdout).toContain('mock');
  });
});

describe('beside a server', () => {
  let running: RunningReeve;
  beforeAll(async () => {
    running = await home.start();
  });
  afterAll(async () => {
    await running.stop();
  });

  test('the socket is for its owner only', () => {
    expect(statSync(join(home.dataDir, 'admin.sock')).mode & 0o777).toBe(0o600);
  });

  test('a key made there works at once and ends at once', async () => {
    const made = await runJson<MadeKey>('keys', 'create', '--name', 'late');
    const caller: Caller = { baseUrl: running.baseUrl, key: made.key };
    expect((await ask(caller, 'good')).status).toBe(200);
    expect((await home.cli('keys', 'revoke', made.id)).code).toBe(0);
    expect((await ask(caller, 'good')).status).toBe(401);
  });

  test('lists are whole and show no secret', async () => {
    const made = await runJson<MadeKey>('keys', 'create', '--name', 'listed');
    const { stdout } = await home.cli('keys', 'list', '--json');
    expect(stdout).toContain(made.id);
    expect(stdout).not.toContain(made.key);
    expect((await home.cli('tenants', 'list')).stdout).toContain('before');
  });

  test('doctor works too, and migrate says why it is not for now', async () => {
    expect((await home.cli('doctor')).code).toBe(0);
    const migrate = await home.cli('migrate');
    expect(migrate.code).toBe(3);
    expect(migrate.stderr).toMatch(/server runs/);
  });
});

describe('wrong use', () => {
  test.for([
    ['an unknown verb', ['sevre'], 2],
    ['an unknown flag', ['serve', '--colour', 'red'], 2],
    ['a key that does not exist', ['keys', 'revoke', 'key_00000000000000000000000000'], 4],
    ['an id that is none', ['keys', 'revoke', 'nonsense'], 4],
    [
      'a tenant that does not exist',
      ['keys', 'create', '--name', 'x', '--tenant', 'ten_00000000000000000000000000'],
      4,
    ],
    ['a scope that does not exist', ['keys', 'create', '--name', 'x', '--scope', 'everything'], 2],
  ] as const)('%s', async ([, args, code]) => {
    const exit = await home.cli(...args);
    expect({ code: exit.code, stdout: exit.stdout }).toEqual({ code, stdout: '' });
    expect(exit.stderr).not.toMatch(/\n\s+at .*\(/);
    expect(exit.stderr.trim()).not.toBe('');
  });

  test('--help and --version', async () => {
    expect((await home.cli('--help')).stdout).toContain('serve');
    expect((await home.cli('--version')).stdout).toMatch(/^\d+\.\d+\.\d+/);
  });
});
