/** An event on its way out: from a key that somebody makes to a receiver that checks the signature. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectJson, get, listAll, makeKey, postJson, remove, type Caller } from '../rigs/api.ts';
import { freePort } from '../rigs/engine-process.ts';
import { createReeveHome, type ReeveHome, type RunningReeve } from '../rigs/reeve.ts';

interface WebhookView {
  id: string;
  secret?: string;
}

interface DeliveryView {
  state: string;
  attempts: number;
  status: number | null;
  workflow_id: string;
}

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

const PATIENCE_MS = 30_000;

export function describeWebhooks(name: string, databaseUrl: () => Promise<string | undefined>): void {
  describe(`webhooks on ${name}`, () => {
    const received: Received[] = [];
    let status = 204;
    let port: number;
    let receiver: Server;
    let home: ReeveHome;
    let reeve: RunningReeve;
    let owner: Caller;

    beforeAll(async () => {
      port = await freePort();
      receiver = createServer((request, response) => {
        void text(request).then((body) => {
          received.push({ headers: request.headers, body });
          response.writeHead(status).end();
        });
      });
      await new Promise<void>((resolve) => receiver.listen(port, '127.0.0.1', resolve));
      const url = await databaseUrl();
      const config = `webhooks: { allow: ["127.0.0.1:${port}"] }`;
      home = await createReeveHome({ config, ...(url === undefined ? {} : { databaseUrl: url }) });
      reeve = await home.start();
      owner = { baseUrl: reeve.baseUrl, key: home.apiKey() };
    });
    afterAll(async () => {
      await home?.dispose();
      receiver?.close();
    });

    const makeWebhook = async (events: string[]): Promise<WebhookView> =>
      expectJson(await postJson(owner, '/api/v1/webhooks', { url: `http://127.0.0.1:${port}/hook`, events }), 201);

    const deliveriesOf = ({ id }: WebhookView): Promise<DeliveryView[]> =>
      listAll<DeliveryView>(owner, `/api/v1/webhooks/${id}/deliveries`);

    async function until(webhook: WebhookView, fits: (delivery: DeliveryView) => boolean): Promise<DeliveryView> {
      for (const endMs = performance.now() + PATIENCE_MS; ; await sleep(50)) {
        const found = (await deliveriesOf(webhook)).find(fits);
        if (found !== undefined) return found;
        if (performance.now() > endMs) throw new Error(`not so: ${JSON.stringify(await deliveriesOf(webhook))}`);
      }
    }

    test('a key that is made reaches the receiver, signed', async () => {
      const webhook = await makeWebhook(['identity.key-created.>']);
      const { id } = await makeKey(owner, { name: 'for the hook' });
      expect(await until(webhook, ({ state }) => state === 'delivered')).toMatchObject({ attempts: 1, status: 204 });
      const { headers, body } = received.at(-1) ?? { headers: {}, body: '{}' };
      expect(JSON.parse(body)).toMatchObject({ specversion: '1.0', data: { key_id: id } });
      const key = Buffer.from((webhook.secret ?? '').replace('whsec_', ''), 'base64');
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
      expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
      expect(await listAll<WebhookView>(owner, '/api/v1/webhooks')).toEqual([
        expect.not.objectContaining({ secret: expect.anything() }),
      ]);
      expect((await remove(owner, `/api/v1/webhooks/${webhook.id}`)).status).toBe(204);
    });

    test('what a receiver refuses comes again after Reeve was killed', { timeout: 90_000 }, async () => {
      const webhook = await makeWebhook(['identity.key-created.v1']);
      status = 500;
      await makeKey(owner, { name: 'refused' });
      const { workflow_id: run } = await until(webhook, ({ attempts, state }) => attempts === 1 && state === 'pending');
      await reeve.kill();
      status = 200;
      reeve = await home.start();
      owner = { baseUrl: reeve.baseUrl, key: home.apiKey() };
      expect((await until(webhook, ({ state }) => state === 'delivered')).attempts).toBeGreaterThan(1);
      const ids = received.filter(({ body }) => body.includes('"refused"')).map(({ headers }) => headers['webhook-id']);
      expect(new Set(ids).size).toBe(1);
      const told = await expectJson<{ state: string }>(await get(owner, `/api/v1/workflows/${run}`), 200);
      expect(told.state).toBe('ready');
      const listed = await home.cli('workflows', 'list', '--name', 'webhook-delivery', '--json');
      expect(listed.stdout).toContain(run);
      expect((await home.cli('workflows', 'cancel', run)).code).toBe(3);
    });

    test('a key without the scope is refused, another tenant sees nothing, and nothing points inward', async () => {
      const poor = await makeKey(owner, { name: 'poor', scopes: ['models:invoke'] });
      const asPoor = { baseUrl: owner.baseUrl, key: poor.key };
      expect((await get(asPoor, '/api/v1/webhooks')).status).toBe(403);
      expect((await get(asPoor, '/api/v1/workflows')).status).toBe(403);
      const tenant = await expectJson<{ id: string }>(await postJson(owner, '/api/v1/tenants', { name: 'far' }), 201);
      const stranger = {
        baseUrl: owner.baseUrl,
        key: (await makeKey(owner, { name: 'far', tenant_id: tenant.id })).key,
      };
      const { id } = await makeWebhook(['>']);
      expect((await get(stranger, `/api/v1/webhooks/${id}`)).status).toBe(404);
      expect((await remove(stranger, `/api/v1/webhooks/${id}`)).status).toBe(404);
      expect(await listAll(stranger, '/api/v1/workflows')).toEqual([]);
      for (const url of ['http://127.0.0.1:1/', 'http://169.254.169.254/', 'ftp://example.com/']) {
        expect((await postJson(owner, '/api/v1/webhooks', { url, events: ['>'] })).status).toBe(400);
      }
      expect(
        (await postJson(owner, '/api/v1/webhooks', { url: 'https://example.com/', events: ['a..b'] })).status,
      ).toBe(400);
    });

    test('stops and exits with 0', async () => {
      expect((await reeve.stop()).code).toBe(0);
    });
  });
}
