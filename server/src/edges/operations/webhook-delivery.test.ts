/** From an event to a receiver that misbehaves, over a real database and real sockets; time is virtual. */
import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError, asTenantId, createIdSource, defaultTenantId, must, type Scope, type TenantId } from '#kernel';
import type { BusEvent, Subscription } from '#platform/bus/port.ts';
import type { Database } from '#platform/database/port.ts';
import type { HttpClient } from '#platform/http-client/port.ts';
import { createSystemRandom } from '../../platform/clock/system-clock.ts';
import { createSeededRandom } from '../../platform/clock/testing.ts';
import { openTestDatabase } from '../../platform/database/testing.ts';
import { createLoopbackClient, startRawUpstream, type RawUpstream } from '../../platform/http-client/testing.ts';
import {
  createTestClock,
  createTestWorker,
  eventually,
  type TestClock,
  type TestWorker,
} from '../../platform/workflows/testing.ts';
import { createWebhook, type WebhookDeps } from './create-webhook.ts';
import { createOperationsPlugin } from './plugin.ts';
import { listDeliveries, deleteWebhook, findWebhook } from './webhook-store.ts';
import type { Delivery, Webhook } from './webhooks.ts';

const SCOPE: Scope = {
  tenantId: defaultTenantId,
  actor: { kind: 'operator', keyId: null, scopes: new Set(['*']), models: null },
  requestId: 'req_test',
  trace: { traceId: '0'.repeat(32), parentSpanId: null, sampled: false },
};
const PAGE = { limit: 100, after: null };

/** Seals by turning bits, so that a secret that leaks unsealed shows. */
const secrets = {
  encrypt: (scope: { tenantId: TenantId }, purpose: string, plain: Uint8Array) =>
    Promise.resolve(Buffer.from(`${scope.tenantId}/${purpose}/${Buffer.from(plain).toString('hex')}`)),
  decrypt(scope: { tenantId: TenantId }, purpose: string, sealed: Uint8Array) {
    const [tenant, given, hex = ''] = Buffer.from(sealed).toString().split('/');
    if (tenant !== scope.tenantId || given !== purpose) throw new AppError('secrets_unavailable');
    return Promise.resolve(Buffer.from(hex, 'hex'));
  },
};

let database: Database;
let httpClient: HttpClient;
let clock: TestClock;
let worker: TestWorker;
let deps: WebhookDeps;
let subscription: Subscription;
let receiver: RawUpstream;
let allowInside: Set<string>;
let received: string[];
/** What the receiver answers, in order; the last one for ever. */
let answers: string[];
let number = 0;

beforeAll(async () => {
  database = await openTestDatabase();
  httpClient = createLoopbackClient();
});
afterAll(async () => {
  await httpClient.close();
  await database.close();
});
beforeEach(async () => {
  number += 1;
  received = [];
  answers = ['HTTP/1.1 204 No Content\r\n\r\n'];
  receiver = await startRawUpstream((socket, request) => {
    received.push(request);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === 'cut') socket.destroy();
    else socket.write(must(answer, 'there is an answer'));
  });
  clock = createTestClock();
  worker = createTestWorker({ database, clock, owner: `hooks${number}` });
  const ids = createIdSource(clock, createSystemRandom());
  allowInside = new Set([`127.0.0.1:${receiver.port}`]);
  deps = { database, httpClient, secrets, clock, random: createSeededRandom(5), ids, allowInside };
  createOperationsPlugin({
    ...deps,
    workflows: worker.workflows,
    bus: { subscribe: (given) => (subscription = given) },
  });
  worker.workflows.job.start();
});
afterEach(async () => {
  await worker.workflows.job.stop();
  await receiver.close();
});

const answer = (status: number, more = ''): string => `HTTP/1.1 ${status} X\r\n${more}content-length: 0\r\n\r\n`;

/** A webhook at the receiver under a subject of its own. */
async function makeWebhook(scope = SCOPE): Promise<{ webhook: Webhook; secret: string }> {
  return createWebhook(deps, scope, { url: `${receiver.origin}/hook`, events: [`test.event-${number}.>`] });
}

async function emit(tenantId: TenantId = defaultTenantId): Promise<void> {
  const id = `event-${number}`;
  const event: BusEvent = {
    id,
    type: 'test',
    subject: `test.event-${number}.one`,
    tenantId,
    aggregate: { type: 'test', id: 'x' },
    time: new Date(clock.now()).toISOString(),
    data: { hello: 'world' },
    traceparent: null,
    envelope: { specversion: '1.0', id, data: { hello: 'world' } },
  };
  await database.forTenant({ tenantId }, (tx) => subscription.handle(event, tx));
}

const deliveriesOf = ({ id }: Webhook, tenantId: TenantId = defaultTenantId): Promise<Delivery[]> =>
  database.forTenant({ tenantId }, (tx) => listDeliveries(tx, id, PAGE));

/** Lets time pass until the only delivery fits. */
async function until(webhook: Webhook, fits: (delivery: Delivery) => boolean): Promise<Delivery> {
  let last: Delivery | undefined;
  await eventually(async () => {
    // Eight attempts take a day.
    clock.advance(600_000);
    last = (await deliveriesOf(webhook))[0];
    return last !== undefined && fits(last);
  });
  return must(last, 'there is a delivery');
}

describe('a delivery', () => {
  it('reaches its receiver signed, with the event as it travelled', async () => {
    const { webhook, secret } = await makeWebhook();
    await emit();
    expect(await until(webhook, ({ state }) => state === 'delivered')).toMatchObject({ attempts: 1, status: 204 });
    const [head = '', body = ''] = must(received[0], 'one request').split('\r\n\r\n');
    const header = (name: string): string => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1] ?? '';
    expect(JSON.parse(body)).toMatchObject({ specversion: '1.0', data: { hello: 'world' } });
    expect(header('content-type')).toBe('application/cloudevents+json');
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const signed = `${header('webhook-id')}.${header('webhook-timestamp')}.${body}`;
    expect(header('webhook-signature')).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  });

  it('is tried again under the same id, also after a cut and a slow retry-after', async () => {
    answers = [answer(500), 'cut', answer(429, 'retry-after: 3600\r\n'), answer(200)];
    const { webhook } = await makeWebhook();
    await emit();
    expect(await until(webhook, ({ state }) => state === 'delivered')).toMatchObject({ attempts: 4, status: 200 });
    const ids = received.map((request) => /^webhook-id: (.*)$/im.exec(request)?.[1]);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(1);
  });

  it('becomes a dead letter after eight attempts; a replay is one more', async () => {
    answers = [answer(503)];
    const { webhook } = await makeWebhook();
    await emit();
    const failed = await until(webhook, ({ state }) => state === 'failed');
    expect(failed).toMatchObject({ attempts: 8, reason: 'it answered with status 503' });
    expect(received).toHaveLength(8);
    const id = must(failed.workflowId, 'a delivery has a run');
    await worker.until(id);
    answers = [answer(200)];
    expect(await worker.workflows.replay(SCOPE, id)).toBe('replayed');
    expect((await until(webhook, ({ state }) => state === 'delivered')).attempts).toBe(8);
    expect(received).toHaveLength(9);
  });

  it.each([
    ['gone', answer(410), 'its receiver answered 410 Gone'],
    [
      'a redirect to somewhere inside',
      answer(302, 'location: http://127.0.0.1:1/\r\n'),
      'it redirects (302), which is not followed',
    ],
  ])('is not led astray by %s', async (_what, said, reason) => {
    answers = [said];
    const { webhook } = await makeWebhook();
    await emit();
    const failed = await until(webhook, ({ state }) => state === 'failed');
    expect(failed.reason).toBe(reason);
  });

  it('ends with its webhook', async () => {
    answers = [answer(500)];
    const { webhook } = await makeWebhook();
    await emit();
    await until(webhook, ({ attempts }) => attempts === 1);
    await database.forTenant(SCOPE, (tx) => deleteWebhook(tx, webhook.id));
    expect((await until(webhook, ({ state }) => state === 'failed')).reason).toBe('the webhook was deleted');
  });

  it('is made for events of its own tenant only', async () => {
    const other = asTenantId('ten_00000000000000000000000007');
    const { webhook } = await makeWebhook({ ...SCOPE, tenantId: other });
    await emit();
    await emit(other);
    await eventually(async () => (clock.advance(100), (await deliveriesOf(webhook, other))[0]?.state === 'delivered'));
    expect(received).toHaveLength(1);
  });
});

describe('a target', () => {
  it.each([
    'http://127.0.0.1:1/',
    'http://169.254.169.254/latest/meta-data',
    'https://[::1]/',
    'https://user:secret@example.com/',
    'ftp://example.com/',
    'nothing',
  ])('%s is refused', async (url) => {
    const made = createWebhook(deps, SCOPE, { url, events: ['>'] });
    await expect(made).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('inside the network is refused at delivery too, where the operator no longer allows it', async () => {
    const { webhook } = await makeWebhook();
    allowInside.clear();
    await emit();
    expect((await until(webhook, ({ attempts }) => attempts === 1)).reason).toContain('egress rules');
    expect(received).toEqual([]);
  });

  it('keeps its secret sealed', async () => {
    const { webhook, secret } = await makeWebhook();
    const found = await database.forTenant(SCOPE, (tx) => findWebhook(tx, webhook.id));
    expect(Buffer.from(must(found, 'it is there').sealedSecret).toString()).not.toContain(secret);
  });
});
