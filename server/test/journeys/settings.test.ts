/** What is in force and where it comes from; who sees how much of it; and that no secret is in it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectJson, get, makeKey, postJson, type Caller } from '../rigs/api.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { MOCK_KEY, startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';

interface Origin {
  source: string;
  name: string | null;
  line: number | null;
  variables: string[];
}
interface Sourced {
  value: unknown;
  origin: Origin | null;
}
interface SettingsView {
  everything: boolean;
  faults: Record<string, string>;
  providers: {
    name: string;
    setup: Record<'base_url' | 'timeout_ms' | 'api_key', Sourced> & {
      own: { name: string; value: string | null; origin: Origin | null }[];
    };
  }[];
  models: { name: string; origin: Origin | null; candidates: { name: string; priced: boolean }[] }[];
  prices: { rows: { provider: string; model: string; entry: { input: number }; origin: Origin | null }[] };
  limits: { name: string; value: string; origin: Origin | null }[];
  engines: { file: string; engines: { name: string; engine: string; origin: Origin }[] } | null;
}
interface Tested {
  model: string;
  ok: boolean;
  detail: string;
  error_code: string | null;
  latency_ms: number;
  receipt_id: string | null;
}

const SECRETS = ['openai-key-7331', 'entra-secret-1848', 'written-out-9001', MOCK_KEY];
const SETTINGS = '/api/v1/settings';
const EXTRA = ['limits: { in_flight: 64 }', 'webhooks: { allow: ["10.0.0.9:443"] }'].join('\n');

let mock: MockProvider;
let reeve: WholeReeve;
let owner: Caller;
let tenantAdmin: Caller;

beforeAll(async () => {
  mock = await startMockProvider();
  const azure =
    '  cloud: { adapter: azure, base_url: "http://127.0.0.1:9/openai/v1", entra_tenant_id: contoso, ' +
    'entra_client_id: app, entra_client_secret: "${CLOUD_SECRET}", max_tokens_field: max_tokens }\n' +
    '  plain: { adapter: openai, base_url: "http://127.0.0.1:9/v1", api_key: written-out-9001 }';
  const config = mockConfig(mock, ['status-503'], { extra: EXTRA })
    .replace('models:', `${azure}\nmodels:`)
    .replace('mock/embed: {', 'mock/embed: { kind: embedding,');
  const env = { OPENAI_API_KEY: 'openai-key-7331', CLOUD_SECRET: 'entra-secret-1848' };
  reeve = await startReeve({ config, env });
  owner = { baseUrl: reeve.baseUrl, key: reeve.key };
  const tenant = await expectJson<{ id: string }>(await postJson(owner, '/api/v1/tenants', { name: 'far' }), 201);
  const scopes = ['TENANT_ADMIN', 'operations:manage'];
  const made = await makeKey(owner, { name: 'far admin', tenant_id: tenant.id, scopes });
  tenantAdmin = { baseUrl: reeve.baseUrl, key: made.key };
});
afterAll(async () => {
  await reeve?.close();
  await mock?.stop();
});

const read = async (caller: Caller): Promise<SettingsView> => expectJson(await get(caller, SETTINGS), 200);
const tryOut = async (caller: Caller, provider: string, body: object = {}): Promise<Tested> =>
  expectJson(await postJson(caller, `/api/v1/providers/${provider}/test`, body), 200);

describe('settings', () => {
  test('each value says where it comes from: a line of the file, a variable, the catalogue, or nowhere', async () => {
    const seen = await read(owner);
    expect(seen).toMatchObject({ everything: true, faults: {} });
    const provider = (name: string) => seen.providers.find((one) => one.name === name)?.setup;
    expect(provider('mock')?.base_url).toMatchObject({
      value: mock.baseUrl,
      origin: { source: 'file', name: 'providers.mock.base_url', line: 3 },
    });
    expect(provider('mock')?.timeout_ms).toMatchObject({ value: 60_000, origin: { source: 'default' } });
    expect(provider('openai')?.api_key).toMatchObject({
      value: true,
      origin: { source: 'variable', name: 'OPENAI_API_KEY' },
    });
    const own = Object.fromEntries((provider('cloud')?.own ?? []).map((one) => [one.name, one]));
    expect(own['max_tokens_field']).toMatchObject({ value: '"max_tokens"', origin: { source: 'file' } });
    expect(own['entra_client_secret']).toMatchObject({ value: null, origin: { variables: ['CLOUD_SECRET'] } });
    expect(seen.models.find(({ name }) => name === 'good')).toMatchObject({
      origin: { source: 'file', name: 'models.good' },
      candidates: [{ name: 'mock/good', priced: true }],
    });
    const price = (name: string) => seen.prices.rows.find((row) => `${row.provider}/${row.model}` === name);
    expect(price('mock/good')).toMatchObject({ entry: { input: 0.15 }, origin: { source: 'file' } });
    expect(price('openai/gpt-4o-mini')?.origin?.source).toBe('catalogue');
    const limit = (name: string) => seen.limits.find((row) => row.name === name);
    expect(limit('limits.in_flight')).toMatchObject({ value: '64', origin: { source: 'file' } });
    expect(limit('limits.queued')).toMatchObject({ value: '4096', origin: { source: 'default' } });
    expect(seen.engines?.engines.find(({ name }) => name === 'database')).toMatchObject({
      engine: 'pglite',
      origin: { source: 'default', name: 'REEVE_DATABASE_URL' },
    });
  });

  test('no secret is in it, written out or by a variable', async () => {
    const text = await (await get(owner, SETTINGS)).text();
    for (const secret of SECRETS) expect(text).not.toContain(secret);
  });

  test("another tenant's administrator sees names and prices, and nothing of how the machine is set up", async () => {
    const response = await get(tenantAdmin, SETTINGS);
    const text = await response.text();
    for (const inner of [reeve.home.folder, '127.0.0.1', '10.0.0.9', 'OPENAI_API_KEY', 'contoso', 'in_flight']) {
      expect(text).not.toContain(inner);
    }
    const seen = JSON.parse(text) as SettingsView;
    expect(seen).toMatchObject({ everything: false, engines: null });
    expect(seen.providers.map(({ setup }) => setup)).toEqual([null, null, null, null, null]);
    expect(seen.prices.rows.length).toBeGreaterThan(2);
  });

  test('who may not read settings is refused', async () => {
    const poor = await makeKey(owner, { name: 'poor', scopes: ['usage:read'] });
    expect((await get({ ...owner, key: poor.key }, SETTINGS)).status).toBe(403);
    const body = await postJson({ ...owner, key: poor.key }, '/api/v1/providers/mock/test', {});
    expect(body.status).toBe(403);
  });
});

describe('the test of a provider', () => {
  test('really asks it, tells how long it took, and leaves a receipt', async () => {
    const tested = await tryOut(owner, 'mock');
    expect(tested).toMatchObject({ model: 'mock/good', ok: true, error_code: null });
    expect(tested.detail).toMatch(/ said "/);
    expect(tested.latency_ms).toBeGreaterThan(0);
    await expect
      .poll(async () => (await get(owner, `/api/v1/receipts/${tested.receipt_id}`)).status, { timeout: 10_000 })
      .toBe(200);
    expect(await tryOut(owner, 'mock', { model: 'embed' })).toMatchObject({
      ok: true,
      detail: 'It gave an embedding.',
    });
    expect(await tryOut(owner, 'mock', { model: 'other' })).toMatchObject({ model: 'mock/other', ok: true });
  });

  test('says what fails, and that is a receipt too', async () => {
    const tested = await tryOut(owner, 'f-status-503');
    expect(tested).toMatchObject({ ok: false, error_code: 'upstream_failed' });
    expect(tested.detail.length).toBeGreaterThan(10);
    expect(tested.receipt_id).toMatch(/^rcp_/);
    expect(await tryOut(owner, 'plain', { model: 'any' })).toMatchObject({ ok: false });
  });

  test('needs a provider that there is, and a model where none is known', async () => {
    expect((await postJson(owner, '/api/v1/providers/nobody/test', {})).status).toBe(404);
    expect((await postJson(owner, '/api/v1/providers/plain/test', {})).status).toBe(400);
    expect((await postJson(owner, '/api/v1/providers/mock/test', { model: 7 })).status).toBe(400);
  });

  test('the command line tries models the same way', async () => {
    const tried = await reeve.home.cli('models', 'test', 'good', 'status-503', '--json');
    expect(tried.code).not.toBe(0);
    expect(JSON.parse(tried.stdout)).toMatchObject({
      data: [
        { name: 'good', ok: true },
        { name: 'status-503', ok: false },
      ],
    });
  });
});
