/** Gateway, control and worker as processes of their own on one PostgreSQL. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, listAll, type Caller, type ReceiptView } from '../rigs/api.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { startPostgres, type PostgresRig } from '../rigs/postgres.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';

const OWNER_KEY = 'owner-key-of-the-roles-apart';
const ROLES = ['gateway', 'control', 'worker'] as const;

let rig: PostgresRig;
let mock: MockProvider;
const apart = new Map<string, WholeReeve>();

beforeAll(async () => {
  rig = await startPostgres();
  mock = await startMockProvider();
  const databaseUrl = await rig.url('apart');
  for (const role of ROLES) {
    const env = { REEVE_ROLES: role, REEVE_BOOTSTRAP_KEY: OWNER_KEY };
    apart.set(role, await startReeve({ config: mockConfig(mock), databaseUrl, env }));
  }
});

afterAll(async () => {
  for (const reeve of apart.values()) await reeve.close();
  await mock.stop();
  await rig.stop();
});

const caller = (role: (typeof ROLES)[number]): Caller => ({ baseUrl: apart.get(role)?.baseUrl ?? '', key: OWNER_KEY });

async function statusOf(role: (typeof ROLES)[number], path: string): Promise<number> {
  const { baseUrl, key } = caller(role);
  return fetch(`${baseUrl}${path}`, { headers: { authorization: `Bearer ${key}` } }).then(({ status }) => status);
}

describe('roles apart', () => {
  test('a call at the gateway is in the books that control shows at once', async () => {
    const answer = await ask(caller('gateway'), 'good');
    expect(answer.status).toBe(200);
    const receipts = await listAll<ReceiptView>(caller('control'), '/api/v1/receipts');
    expect(receipts.map(({ id }) => id)).toContain(answer.headers.get('x-reeve-receipt'));
    const { baseUrl, key } = caller('control');
    const usage = await fetch(`${baseUrl}/api/v1/usage`, { headers: { authorization: `Bearer ${key}` } });
    expect(await usage.json()).toMatchObject({ total: { requests: receipts.length } });
  });

  test('each serves its own paths, and says who serves the others', async () => {
    const found: Record<string, number[]> = {};
    for (const path of ['/v1/models', '/api/v1/keys', '/livez', '/startupz', '/readyz', '/healthz', '/metrics']) {
      found[path] = await Promise.all(ROLES.map((role) => statusOf(role, path)));
    }
    const everywhere = [200, 200, 200];
    expect(found).toEqual({
      '/v1/models': [200, 404, 404],
      '/api/v1/keys': [404, 200, 404],
      '/livez': everywhere,
      '/startupz': everywhere,
      '/readyz': everywhere,
      '/healthz': everywhere,
      '/metrics': everywhere,
    });
    const { baseUrl } = caller('gateway');
    const elsewhere = await fetch(`${baseUrl}/api/v1/receipts/rcp_1`).then((response) => response.text());
    expect(elsewhere).toContain('does not have the role \\"control\\"');
  });

  test('a key that control revokes ends at the gateway at once', async () => {
    const { baseUrl, key } = caller('control');
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const made = await fetch(`${baseUrl}/api/v1/keys`, { method: 'POST', headers, body: '{"name":"short"}' });
    const { id, key: short } = (await made.json()) as { id: string; key: string };
    expect((await ask({ ...caller('gateway'), key: short }, 'good')).status).toBe(200);
    await fetch(`${baseUrl}/api/v1/keys/${id}`, { method: 'DELETE', headers });
    await expect.poll(() => ask({ ...caller('gateway'), key: short }, 'good').then(({ status }) => status)).toBe(401);
  });

  test('the health report says what a process is there for', async () => {
    const { baseUrl } = caller('worker');
    const report = await fetch(`${baseUrl}/readyz`).then((response) => response.json());
    expect(report).toMatchObject({ status: 'ok', roles: ['worker'], checks: { database: 'ok' } });
  });
});
