/** From one owner to tenants who cannot see each other; declared for any database. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ask,
  expectJson,
  get,
  listAll,
  makeKey,
  postJson,
  remove,
  type Caller,
  type ReceiptView,
  type UsageTotal,
} from '../rigs/api.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';

interface Tenant {
  id: string;
  name: string;
  created_at: string;
}

export function describeKeysAndTenants(name: string, databaseUrl: () => Promise<string | undefined>): void {
  describe(`keys and tenants on ${name}`, () => {
    let mock: MockProvider;
    let reeve: WholeReeve;
    let north: Caller;
    let south: Caller;

    beforeAll(async () => {
      mock = await startMockProvider();
      const url = await databaseUrl();
      reeve = await startReeve({ config: mockConfig(mock), ...(url === undefined ? {} : { databaseUrl: url }) });
      north = await makeTenant('north');
      south = await makeTenant('south');
    });

    afterAll(async () => {
      await reeve?.close();
      await mock?.stop();
    });

    async function makeTenant(tenantName: string): Promise<Caller> {
      const tenant = await expectJson<Tenant>(await postJson(reeve, '/api/v1/tenants', { name: tenantName }), 201);
      const { key } = await makeKey(reeve, { name: `${tenantName} owner`, tenant_id: tenant.id });
      return { baseUrl: reeve.baseUrl, key };
    }

    const totalOf = async (caller: Caller): Promise<UsageTotal> =>
      (await expectJson<{ total: UsageTotal }>(await get(caller, '/api/v1/usage'), 200)).total;

    test('a new tenant has what the contract says', async () => {
      const tenant = await expectJson<Tenant>(await postJson(reeve, '/api/v1/tenants', { name: 'east' }), 201);
      expect(tenant.id).toMatch(/^ten_[0-9a-z]{26}$/);
      expect(tenant.name).toBe('east');
      expect(Number.isNaN(Date.parse(tenant.created_at))).toBe(false);
    });

    test('a new key has what the contract says, and shows its secret once', async () => {
      const made = await makeKey(north, { name: 'reader', scopes: ['receipts:read'], models: ['good'] });
      expect(made).toMatchObject({ scopes: ['receipts:read'], models: ['good'], expires_at: null });
      expect(made).toHaveProperty('prefix', made.key.slice(0, made.key.lastIndexOf('_')));
      const listed = JSON.stringify(await listAll(north, '/api/v1/keys'));
      expect(listed).toContain(made.id);
      expect(listed).not.toContain(made.key);
    });

    test('each tenant sees its own receipts, keys and usage only', async () => {
      await expectJson(await ask(north, 'good'), 200);
      await expectJson(await ask(north, 'good'), 200);
      await expectJson(await ask(south, 'good'), 200);
      const [northern, southern] = await Promise.all([
        listAll<ReceiptView>(north, '/api/v1/receipts'),
        listAll<ReceiptView>(south, '/api/v1/receipts'),
      ]);
      expect([northern.length, southern.length]).toEqual([2, 1]);
      expect(new Set(northern.map((receipt) => receipt.tenant_id)).size).toBe(1);
      expect((await get(south, `/api/v1/receipts/${northern[0]?.id}`)).status).toBe(404);
      await expect.poll(async () => (await totalOf(north)).requests).toBe(2);
      await expect.poll(async () => (await totalOf(south)).requests).toBe(1);
      const foreignKeys = await listAll<{ name: string }>(south, '/api/v1/keys');
      expect(foreignKeys.map((key) => key.name)).toEqual(['south owner']);
    });

    test('a tenant owner makes no tenants and no keys elsewhere, and ends no foreign key', async () => {
      expect((await postJson(north, '/api/v1/tenants', { name: 'west' })).status).toBe(403);
      const [southern] = await listAll<{ id: string; tenant_id: string }>(south, '/api/v1/keys');
      expect((await postJson(north, '/api/v1/keys', { name: 'spy', tenant_id: southern?.tenant_id })).status).toBe(404);
      expect((await remove(north, `/api/v1/keys/${southern?.id}`)).status).toBe(404);
      expect((await ask(south, 'good')).status).toBe(200);
    });

    test('nobody gives more than they have', async () => {
      const small = await makeKey(north, { name: 'small', scopes: ['keys:manage', 'usage:read'], models: ['good'] });
      const caller = { baseUrl: reeve.baseUrl, key: small.key };
      expect((await postJson(caller, '/api/v1/keys', { name: 'big', scopes: ['*'] })).status).toBe(403);
      expect((await postJson(caller, '/api/v1/keys', { name: 'big', scopes: ['models:invoke'] })).status).toBe(403);
      const heir = await makeKey(caller, { name: 'heir' });
      expect(heir.scopes.toSorted()).toEqual(['keys:manage', 'usage:read']);
      expect(heir.models).toEqual(['good']);
    });

    test('a revoked key ends at once, under load too', async () => {
      const doomed = await makeKey(north, { name: 'doomed' });
      const caller = { baseUrl: reeve.baseUrl, key: doomed.key };
      let revokedMs = Infinity;
      const late: number[] = [];
      const load = Array.from({ length: 8 }, async () => {
        for (let turn = 0; turn < 200; turn += 1) {
          const startedMs = performance.now();
          const { status } = await ask(caller, 'good');
          if (status === 200 && startedMs > revokedMs) late.push(startedMs - revokedMs);
          if (status !== 200) return;
        }
      });
      await expect.poll(() => mock.requests.length).toBeGreaterThan(20);
      expect((await remove(north, `/api/v1/keys/${doomed.id}`)).status).toBe(204);
      revokedMs = performance.now();
      await Promise.all(load);
      expect(late, 'served after the revocation was answered').toEqual([]);
      expect((await remove(north, `/api/v1/keys/${doomed.id}`)).status).toBe(204);
    });

    test('listings are paged without gaps or repeats, oldest first', async () => {
      for (let count = 0; count < 7; count += 1) await expectJson(await ask(south, 'good'), 200);
      const all = await listAll<ReceiptView>(south, '/api/v1/receipts');
      const ids: string[] = [];
      let path: string | null = '/api/v1/receipts?limit=3';
      while (path !== null) {
        const page: { data: ReceiptView[]; next: string | null; links: { next: unknown; self: unknown } } =
          await expectJson(await get(south, path), 200);
        expect(page.data.length).toBeLessThanOrEqual(3);
        expect(page.links.self).toBeDefined();
        ids.push(...page.data.map((receipt) => receipt.id));
        path = page.next === null ? null : `/api/v1/receipts?limit=3&after=${encodeURIComponent(page.next)}`;
      }
      expect(ids).toEqual(all.map((receipt) => receipt.id));
      expect(ids.toSorted()).toEqual(ids);
      const page = await expectJson<{ data: unknown[] }>(await get(south, '/api/v1/receipts?limit=9999'), 200);
      expect(page.data.length).toBe(all.length);
    });
  });
}
