/** Webhooks and deliveries as stored. All but the sweep run in a tenant's transaction. */
import type { Generated, Selectable } from 'kysely';
import {
  asDeliveryId,
  asKeyId,
  asTenantId,
  asWebhookId,
  asWorkflowId,
  type DeliveryId,
  type PageRequest,
  type TenantId,
  type WebhookId,
  type WorkflowId,
} from '#kernel';
import type { Tx } from '#platform/database/port.ts';
import type { Delivery, Webhook } from './webhooks.ts';

type WebhookTables = {
  webhook: {
    id: string;
    tenant_id: string;
    url: string;
    events: readonly string[];
    secret: Uint8Array;
    created_at: string;
    created_by: string | null;
    disabled_at: string | null;
    disabled_reason: string | null;
  };
  webhook_delivery: {
    id: string;
    tenant_id: string;
    webhook_id: string;
    event_id: string;
    subject: string;
    body: string;
    state: Generated<string>;
    workflow_id: string | null;
    attempts: Generated<number>;
    status: number | null;
    reason: string | null;
    created_at: string;
    finished_at: string | null;
  };
};

export async function insertWebhook(tx: Tx, webhook: Webhook, sealedSecret: Uint8Array): Promise<void> {
  await tables(tx)
    .insertInto('webhook')
    .values({
      id: webhook.id,
      tenant_id: webhook.tenantId,
      url: webhook.url,
      events: webhook.events,
      secret: sealedSecret,
      created_at: toIso(webhook.createdAtMs),
      created_by: webhook.createdBy,
      disabled_at: null,
      disabled_reason: null,
    })
    .execute();
}

/** The tenant's webhooks by age; one more than the page holds. */
export async function listWebhooks(tx: Tx, page: PageRequest): Promise<Webhook[]> {
  const rows = await tables(tx)
    .selectFrom('webhook')
    .selectAll()
    .where('id', '>', page.after?.[0] ?? '')
    .orderBy('id')
    .limit(page.limit + 1)
    .execute();
  return rows.map(toWebhook);
}

/** Those that take deliveries. */
export async function listEnabled(tx: Tx): Promise<Webhook[]> {
  const query = tables(tx).selectFrom('webhook').selectAll().where('disabled_at', 'is', null);
  return (await query.orderBy('id').execute()).map(toWebhook);
}

export async function countWebhooks(tx: Tx): Promise<number> {
  const query = tables(tx)
    .selectFrom('webhook')
    .select((eb) => eb.fn.countAll<number>().as('count'));
  return Number((await query.executeTakeFirstOrThrow()).count);
}

export async function findWebhook(
  tx: Tx,
  id: WebhookId,
): Promise<{ webhook: Webhook; sealedSecret: Uint8Array } | null> {
  const row = await tables(tx).selectFrom('webhook').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : { webhook: toWebhook(row), sealedSecret: row.secret };
}

/** False where there was none. */
export async function deleteWebhook(tx: Tx, id: WebhookId): Promise<boolean> {
  const gone = await tables(tx).deleteFrom('webhook').where('id', '=', id).executeTakeFirst();
  return gone.numDeletedRows === 1n;
}

export async function disableWebhook(tx: Tx, id: WebhookId, reason: string, nowMs: number): Promise<void> {
  await tables(tx)
    .updateTable('webhook')
    .set({ disabled_at: toIso(nowMs), disabled_reason: reason })
    .where('id', '=', id)
    .where('disabled_at', 'is', null)
    .execute();
}

export interface NewDelivery {
  id: DeliveryId;
  tenantId: TenantId;
  webhookId: WebhookId;
  eventId: string;
  subject: string;
  body: string;
  workflowId: WorkflowId;
  nowMs: number;
}

export async function insertDelivery(tx: Tx, delivery: NewDelivery): Promise<void> {
  await tables(tx)
    .insertInto('webhook_delivery')
    .values({
      id: delivery.id,
      tenant_id: delivery.tenantId,
      webhook_id: delivery.webhookId,
      event_id: delivery.eventId,
      subject: delivery.subject,
      body: delivery.body,
      workflow_id: delivery.workflowId,
      status: null,
      reason: null,
      created_at: toIso(delivery.nowMs),
      finished_at: null,
    })
    .execute();
}

export interface Attempted {
  state: Delivery['state'];
  attempts: number;
  status: number | null;
  reason: string | null;
  nowMs: number;
}

/** How the delivery stands after an attempt. */
export async function updateDelivery(tx: Tx, id: DeliveryId, attempted: Attempted): Promise<void> {
  const { state, attempts, status, reason, nowMs } = attempted;
  const finished = state === 'pending' ? null : toIso(nowMs);
  const query = tables(tx)
    .updateTable('webhook_delivery')
    .set({ state, attempts, status, reason, finished_at: finished });
  await query.where('id', '=', id).execute();
}

export async function findDelivery(tx: Tx, id: DeliveryId): Promise<{ delivery: Delivery; body: string } | null> {
  const row = await tables(tx).selectFrom('webhook_delivery').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : { delivery: toDelivery(row), body: row.body };
}

/** A webhook's deliveries by age; one more than the page holds. */
export async function listDeliveries(tx: Tx, webhookId: WebhookId, page: PageRequest): Promise<Delivery[]> {
  const rows = await tables(tx)
    .selectFrom('webhook_delivery')
    .selectAll()
    .where('webhook_id', '=', webhookId)
    .where('id', '>', page.after?.[0] ?? '')
    .orderBy('id')
    .limit(page.limit + 1)
    .execute();
  return rows.map(toDelivery);
}

export interface FailedDelivery {
  webhookId: string;
  /** `null` where the webhook is gone. */
  url: string | null;
  subject: string;
  attempts: number;
}

/** What was to be delivered by these runs, by the run's id. */
export async function findFailedDeliveries(tx: Tx, runs: readonly WorkflowId[]): Promise<Map<string, FailedDelivery>> {
  const rows = await tables(tx)
    .selectFrom('webhook_delivery as d')
    .leftJoin('webhook as w', 'w.id', 'd.webhook_id')
    .select(['d.workflow_id', 'd.webhook_id', 'w.url', 'd.subject', 'd.attempts'])
    .where('d.workflow_id', 'in', [...runs])
    .where('d.state', '=', 'failed')
    .execute();
  return new Map(
    rows.map((row) => [
      row.workflow_id ?? '',
      { webhookId: row.webhook_id, url: row.url, subject: row.subject, attempts: row.attempts },
    ]),
  );
}

/** Forgets, over all tenants, what ended before. Answers how many. */
export async function deleteDeliveries(tx: Tx, beforeMs: number): Promise<number> {
  const query = tables(tx).deleteFrom('webhook_delivery').where('finished_at', '<', toIso(beforeMs));
  return Number((await query.executeTakeFirst()).numDeletedRows);
}

const tables = (tx: Tx) => tx.withTables<WebhookTables>();

function toWebhook(row: Selectable<WebhookTables['webhook']>): Webhook {
  return {
    id: asWebhookId(row.id),
    tenantId: asTenantId(row.tenant_id),
    url: row.url,
    events: row.events,
    createdAtMs: Date.parse(row.created_at),
    createdBy: row.created_by === null ? null : asKeyId(row.created_by),
    disabledAtMs: toMs(row.disabled_at),
    disabledReason: row.disabled_reason,
  };
}

function toDelivery(row: Selectable<WebhookTables['webhook_delivery']>): Delivery {
  return {
    id: asDeliveryId(row.id),
    webhookId: asWebhookId(row.webhook_id),
    eventId: row.event_id,
    subject: row.subject,
    // The table's check constraint knows these.
    state: row.state as Delivery['state'],
    workflowId: row.workflow_id === null ? null : asWorkflowId(row.workflow_id),
    attempts: row.attempts,
    status: row.status,
    reason: row.reason,
    createdAtMs: Date.parse(row.created_at),
    finishedAtMs: toMs(row.finished_at),
  };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}

function toMs(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso);
}
