/** One attempt of one delivery. */
import { AppError, type Clock, type DeliveryId, type Random, type TenantId } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import { HttpFailure, type HttpClient, type IncomingAnswer } from '#platform/http-client/port.ts';
import type { Secrets } from '#platform/secrets/port.ts';
import { findDelivery, findWebhook } from './webhook-store.ts';
import { signDelivery } from './webhooks.ts';

export interface DeliveryDeps {
  database: Database;
  httpClient: HttpClient;
  secrets: Pick<Secrets, 'encrypt' | 'decrypt'>;
  clock: Clock;
  random: Random;
  /** `host:port` of receivers inside the network: they need no public address. */
  allowInside: ReadonlySet<string>;
}

/** `gone`: the receiver wants no more of this webhook. `dropped`: the webhook is deleted or disabled. */
export type Sent =
  | { type: 'delivered'; status: number }
  | { type: 'gone'; status: number }
  | { type: 'dropped'; reason: string }
  | { type: 'failed'; status: number | null; reason: string; retryAfterMs: number | null };

interface Attempt {
  tenantId: TenantId;
  id: DeliveryId;
  signal: AbortSignal;
}

/** The purpose under which secrets of webhooks are sealed. */
export const SEAL_PURPOSE = 'webhooks';
const TIMEOUT_MS = 15_000;
const ANSWER_BYTES_MAX = 64 * 1024;
const RETRY_AFTER_MAX_MS = 24 * 3_600_000;

/** Reads, signs and sends. Rejects only where the database is away. */
export async function sendDelivery(deps: DeliveryDeps, { tenantId, id, signal }: Attempt): Promise<Sent> {
  const found = await deps.database.forTenant({ tenantId }, async (tx) => {
    const delivery = await findDelivery(tx, id);
    const webhook = delivery === null ? null : await findWebhook(tx, delivery.delivery.webhookId);
    return delivery === null || webhook === null ? null : { ...webhook, body: delivery.body };
  });
  if (found === null) return { type: 'dropped', reason: 'the webhook was deleted' };
  const { webhook, sealedSecret, body } = found;
  if (webhook.disabledAtMs !== null) return { type: 'dropped', reason: 'the webhook is disabled' };
  try {
    const secret = (await deps.secrets.decrypt({ tenantId }, SEAL_PURPOSE, sealedSecret)).toString('utf8');
    const timestampSeconds = Math.floor(deps.clock.now() / 1000);
    const answer = await deps.httpClient.exchange({
      method: 'POST',
      url: webhook.url,
      headers: { ...HEADERS, ...signDelivery(secret, { id, timestampSeconds, body }) },
      body,
      timeoutMs: TIMEOUT_MS,
      publicOnly: !isInside(deps, webhook.url),
      signal,
    });
    await drop(answer);
    return judge(answer, deps.clock.now());
  } catch (error) {
    if (error instanceof HttpFailure) return fail(null, explain(error));
    if (error instanceof AppError && error.code === 'secrets_unavailable')
      return fail(null, 'the secret store is away');
    throw error;
  }
}

/** Whether the receiver may live inside the network, by the configuration. */
export function isInside({ allowInside }: Pick<DeliveryDeps, 'allowInside'>, url: string): boolean {
  const { hostname, port, protocol } = new URL(url);
  return allowInside.has(`${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`);
}

const HEADERS = { 'content-type': 'application/cloudevents+json', 'user-agent': 'reeve' };

/** Reads what the receiver says, so that its connection can serve again; nobody looks at it. */
async function drop(answer: IncomingAnswer): Promise<void> {
  try {
    await answer.readAll(ANSWER_BYTES_MAX);
  } catch (error) {
    // The status came, and that is what counts.
    if (!(error instanceof HttpFailure)) throw error;
  }
}

function judge({ status, headers }: IncomingAnswer, nowMs: number): Sent {
  if (status >= 200 && status < 300) return { type: 'delivered', status };
  if (status === 410) return { type: 'gone', status };
  if (status >= 300 && status < 400) return fail(status, `it redirects (${status}), which is not followed`);
  const wait = status === 429 || status === 503 ? readRetryAfter(String(headers['retry-after'] ?? ''), nowMs) : null;
  return { type: 'failed', status, reason: `it answered with status ${status}`, retryAfterMs: wait };
}

/** Seconds or an HTTP date. */
function readRetryAfter(text: string, nowMs: number): number | null {
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), RETRY_AFTER_MAX_MS);
}

function fail(status: number | null, reason: string): Sent {
  return { type: 'failed', status, reason, retryAfterMs: null };
}

function explain({ kind, message }: HttpFailure): string {
  return kind === 'refused' ? `the egress rules do not let it be reached: ${message}` : `${kind}: ${message}`;
}
