/** Outgoing webhooks: who wants which events, how a delivery is signed, and when it is tried again. */
import { createHmac } from 'node:crypto';
import type { DeliveryId, KeyId, Random, TenantId, WebhookId, WorkflowId } from '#kernel';

export interface Webhook {
  id: WebhookId;
  tenantId: TenantId;
  url: string;
  /** Subjects as the bus has them; `*` stands for one token, `>` at the end for one or more. */
  events: readonly string[];
  createdAtMs: number;
  createdBy: KeyId | null;
  disabledAtMs: number | null;
  disabledReason: string | null;
}

export interface Delivery {
  id: DeliveryId;
  webhookId: WebhookId;
  eventId: string;
  subject: string;
  state: 'pending' | 'delivered' | 'failed';
  workflowId: WorkflowId | null;
  attempts: number;
  /** The last answer's status; `null` where there was none. */
  status: number | null;
  /** Why the last attempt failed. */
  reason: string | null;
  createdAtMs: number;
  finishedAtMs: number | null;
}

/** The pauses between the attempts: the last one comes after about 28 hours. */
export const PAUSES_MS: readonly number[] = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000].map((s) => s * 1000);
const JITTER = 0.2;

const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES = 32;

const TOKEN = '[A-Za-z0-9_-]+';
/** A subject with wildcards. */
export const SUBJECT_FORM = String.raw`^(>|(${TOKEN}|\*)(\.(${TOKEN}|\*))*(\.>)?)$`;

/** Whether the subject is one of those that the patterns name. */
export function wantsSubject(patterns: readonly string[], subject: string): boolean {
  const tokens = subject.split('.');
  return patterns.some((pattern) => {
    const wanted = pattern.split('.');
    const open = wanted.at(-1) === '>';
    const fixed = open ? wanted.slice(0, -1) : wanted;
    if (open ? tokens.length <= fixed.length : tokens.length !== fixed.length) return false;
    return fixed.every((token, at) => token === '*' || token === tokens[at]);
  });
}

/** A fresh signing secret as Standard Webhooks writes it: `whsec_` and 32 bytes in base64. */
export function makeSecret(random: Random): string {
  const bytes = new Uint8Array(SECRET_BYTES);
  random.fill(bytes);
  return `${SECRET_PREFIX}${Buffer.from(bytes).toString('base64')}`;
}

interface Signed {
  id: string;
  timestampSeconds: number;
  body: string;
}

/** The headers of Standard Webhooks 1.0: `v1` is HMAC-SHA256 over `id.timestamp.body` under the decoded secret. */
export function signDelivery(secret: string, { id, timestampSeconds, body }: Signed): Record<string, string> {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestampSeconds}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': `v1,${signature}`,
  };
}

/** The pause after the given attempt (from 1), longer where the receiver asked for it; `null` after the last one. */
export function pauseAfter(attempt: number, fraction: number, retryAfterMs: number | null): number | null {
  const pauseMs = PAUSES_MS[attempt - 1];
  if (pauseMs === undefined) return null;
  return Math.max(Math.round(pauseMs * (1 + JITTER * fraction)), retryAfterMs ?? 0);
}
