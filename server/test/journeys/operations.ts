/** What an operator sees while the installation runs, and does about what failed. */
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, expectJson, get, listAll, makeKey, postJson, remove, type Caller } from '../rigs/api.ts';
import { freePort } from '../rigs/engine-process.ts';
import { giveUpWork } from '../rigs/give-up-work.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { createReeveHome, type ReeveHome, type RunningReeve } from '../rigs/reeve.ts';

interface Sums {
  requests: number;
  errors: number;
  output_tokens: number;
  p95_ms: number | null;
}

interface LiveView {
  everything: boolean;
  faults: Record<string, string>;
  process: { workers: number; alone: boolean; roles: string[] };
  traffic: { step_ms: number; steps: { requests: number[] }; recent: Sums; models: (Sums & { model: string })[] };
  capacity: { in_flight_max: number } | null;
  providers: {
    name: string;
    state: string;
    attempts: number | null;
    breakers: {
      model_id: string;
      state: string;
      reason: string;
      next_trial_at: string;
      last_failure: { outcome: string };
    }[];
  }[];
  workflows: { queues: { queue: string }[]; dead_letters: number; workers: number | null };
  events: { pending: number; dead_letters: number; consumers: { name: string }[] } | null;
  receipts: { journal_bytes: number } | null;
}

interface LetterView {
  id: string;
  source: string;
  name: string;
  tenant_id: string;
  reason: string;
  state: string;
  detail: { url?: string } | null;
}

const PATIENCE_MS = 30_000;
const LETTERS = '/api/v1/dead-letters';

async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (const endMs = performance.now() + PATIENCE_MS; ; await sleep(50)) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > endMs) throw new Error('it did not come to that');
  }
}

export function describeOperations(name: string, databaseUrl: () => Promise<string | undefined>): void {
  describe(`operations on ${name}`, () => {
    let mock: MockProvider;
    let receiver: Server;
    let receiverStatus = 500;
    const received: string[] = [];
    let home: ReeveHome;
    let url: string | undefined;
    let reeve: RunningReeve;
    let owner: Caller;
    let tenantAdmin: Caller;

    const start = async (): Promise<void> => {
      reeve = await home.start();
      owner = { baseUrl: reeve.baseUrl, key: home.apiKey() };
      if (tenantAdmin !== undefined) tenantAdmin = { ...tenantAdmin, baseUrl: reeve.baseUrl };
    };
    const live = async (caller: Caller): Promise<LiveView> =>
      expectJson(await get(caller, '/api/v1/operations/live'), 200);

    beforeAll(async () => {
      mock = await startMockProvider();
      const port = await freePort();
      receiver = createServer((request, response) => {
        received.push(String(request.headers['webhook-id']));
        request.resume().on('end', () => response.writeHead(receiverStatus).end());
      });
      await new Promise<void>((resolve) => receiver.listen(port, '127.0.0.1', resolve));
      url = await databaseUrl();
      const config = mockConfig(mock, ['status-503'], { extra: `webhooks: { allow: ["127.0.0.1:${port}"] }` });
      home = await createReeveHome({ config, ...(url === undefined ? {} : { databaseUrl: url }) });
      await start();
      const tenant = await expectJson<{ id: string }>(await postJson(owner, '/api/v1/tenants', { name: 'far' }), 201);
      const made = await makeKey(owner, {
        name: 'far admin',
        tenant_id: tenant.id,
        scopes: ['TENANT_ADMIN', 'operations:manage'],
      });
      tenantAdmin = { baseUrl: owner.baseUrl, key: made.key };
      const hook = { url: `http://127.0.0.1:${port}/hook`, events: ['identity.key-created.v1'] };
      await expectJson(await postJson(owner, '/api/v1/webhooks', hook), 201);
    });
    afterAll(async () => {
      await home?.dispose();
      await mock?.stop();
      receiver?.close();
    });

    test('traffic is counted while it runs, each tenant for itself', async () => {
      for (let count = 0; count < 3; count += 1) await expectJson(await ask(owner, 'good'), 200);
      await expectJson(await ask(tenantAdmin, 'good'), 200);
      const seen = await live(owner);
      expect(seen).toMatchObject({ everything: true, faults: {}, capacity: { in_flight_max: 4096 } });
      expect(seen.traffic.recent).toMatchObject({ requests: 4, errors: 0 });
      expect(seen.traffic.recent.p95_ms).toBeGreaterThan(0);
      expect(seen.traffic.steps.requests).toHaveLength(180);
      expect(seen.traffic.steps.requests.reduce((sum, count) => sum + count, 0)).toBe(4);
      expect(seen.traffic.models).toMatchObject([{ provider: 'mock', model: 'good', requests: 4 }]);
      expect(seen.workflows.workers).toBe(1);
      expect(seen.events?.consumers.map((consumer) => consumer.name)).toContain('webhooks');
      expect(seen.receipts?.journal_bytes).toBeGreaterThanOrEqual(0);

      const own = await live(tenantAdmin);
      expect(own).toMatchObject({ everything: false, capacity: null, events: null, receipts: null });
      expect(own.traffic.recent.requests).toBe(1);
      expect(own.workflows.workers).toBeNull();
      expect(own.providers.map(({ attempts, breakers }) => ({ attempts, breakers }))).toEqual([
        { attempts: null, breakers: [] },
        { attempts: null, breakers: [] },
      ]);
    });

    test('a provider that fails shows with its breaker, why, and when it is asked again', async () => {
      const stateFor = async (caller: Caller) =>
        (await live(caller)).providers.find((provider) => provider.name === 'f-status-503');
      const unseen = { attempts: null, breakers: [] };
      expect(await stateFor(tenantAdmin)).toMatchObject({ state: 'idle', ...unseen });
      expect((await ask(owner, 'status-503')).status).toBe(502);
      expect(await stateFor(tenantAdmin)).toMatchObject({ state: 'down', ...unseen });
      for (let count = 1; count < 5; count += 1) expect((await ask(owner, 'status-503')).status).toBe(502);
      expect(await stateFor(tenantAdmin)).toMatchObject({ state: 'open', ...unseen });
      const { providers, traffic } = await live(owner);
      expect(providers.find((provider) => provider.name === 'mock')).toMatchObject({ state: 'up', breakers: [] });
      const down = providers.find((provider) => provider.name === 'f-status-503');
      expect(down).toMatchObject({
        state: 'open',
        breakers: [
          {
            model_id: 'status-503',
            state: 'open',
            reason: 'failures-in-a-row',
            last_failure: { outcome: 'status-503' },
          },
        ],
      });
      expect(Date.parse(down?.breakers[0]?.next_trial_at ?? '')).toBeGreaterThan(Date.now());
      expect(traffic.recent.errors).toBeGreaterThan(0);
    });

    test('who may not look is refused', async () => {
      const poor = {
        baseUrl: owner.baseUrl,
        key: (await makeKey(owner, { name: 'poor', scopes: ['usage:read'] })).key,
      };
      for (const path of ['/api/v1/operations/live', LETTERS]) {
        expect((await get(poor, path)).status).toBe(403);
      }
    });

    test('dead letters of deliveries and events are in one list, for the owner only, and are settled there', async () => {
      await makeKey(owner, { name: 'tells the hook' });
      await until(async () => (received.length > 0 ? true : null));
      await until(async () => {
        const { workflows } = await live(owner);
        return workflows.queues.some(({ queue }) => queue === 'webhooks') ? true : null;
      });
      expect((await reeve.stop()).code).toBe(0);
      const place = { dataDir: home.dataDir, ...(url === undefined ? {} : { databaseUrl: url }) };
      const given = await giveUpWork(place, 'identity.key-created.v1');
      expect(given.events).toBe(1);
      expect(given.deliveries).toBeGreaterThan(0);
      await start();

      const letters = await listAll<LetterView>(owner, LETTERS);
      expect(letters).toHaveLength(given.deliveries + 1);
      expect(letters[0]).toMatchObject({
        source: 'events',
        name: 'webhooks',
        reason: 'its handler broke',
        state: 'open',
      });
      expect(letters.at(-1)).toMatchObject({ source: 'webhooks', reason: 'the receiver answered 500' });
      expect(letters.at(-1)?.detail?.url).toMatch(/\/hook$/);
      expect(await listAll(tenantAdmin, LETTERS)).toEqual([]);
      const seen = await live(owner);
      expect(seen).toMatchObject({ events: { dead_letters: 1 }, workflows: { dead_letters: given.deliveries } });
      expect((await live(tenantAdmin)).workflows.dead_letters).toBe(0);

      const paged = await expectJson<{ data: LetterView[]; next: string }>(await get(owner, `${LETTERS}?limit=1`), 200);
      expect(paged.data.map(({ id }) => id)).toEqual([letters[0]?.id]);
      const rest = await expectJson<{ data: LetterView[] }>(await get(owner, `${LETTERS}?after=${paged.next}`), 200);
      expect(rest.data.map(({ id }) => id)).toEqual(letters.slice(1).map(({ id }) => id));
      expect(await onlyOf('webhooks')).toHaveLength(given.deliveries);
      expect(await onlyOf('events')).toHaveLength(1);
      expect(await onlyOf('workflows')).toEqual([]);

      const [event, delivery] = [letters[0]?.id ?? '', letters.at(-1)?.id ?? ''];
      for (const id of [event, delivery]) {
        expect((await postJson(tenantAdmin, `${LETTERS}/${id}/replay`, {})).status).toBe(404);
        expect((await remove(tenantAdmin, `${LETTERS}/${id}`)).status).toBe(404);
      }
      receiverStatus = 204;
      const before = received.length;
      expect((await postJson(owner, `${LETTERS}/${delivery}/replay`, { reason: 'it is back' })).status).toBe(204);
      await until(async () => (received.length > before ? true : null));
      expect((await remove(owner, `${LETTERS}/${event}?reason=stale`)).status).toBe(204);
      expect((await remove(owner, `${LETTERS}/${event}`)).status).toBe(409);
      expect(await listAll(owner, `${LETTERS}`)).toHaveLength(given.deliveries - 1);
      const settled = await expectJson<{ data: object[] }>(await get(owner, `${LETTERS}?state=discarded`), 200);
      expect(settled.data).toMatchObject([{ id: event, state: 'discarded', note: 'stale' }]);
    });

    const onlyOf = async (source: string): Promise<LetterView[]> => {
      const page = await expectJson<{ data: LetterView[] }>(await get(owner, `${LETTERS}?source=${source}`), 200);
      return page.data;
    };

    test('the command line lists and settles them too', async () => {
      const listed = await home.cli('dead-letters', 'list', '--json');
      expect(listed).toMatchObject({ code: 0 });
      for (const { id } of await listAll<LetterView>(owner, LETTERS)) {
        expect(await home.cli('dead-letters', 'discard', id, '--reason', 'the end')).toMatchObject({ code: 0 });
      }
      expect(await listAll(owner, LETTERS)).toEqual([]);
      expect((await reeve.stop()).code).toBe(0);
    });
  });
}
