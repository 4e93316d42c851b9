/** Webhooks and deliveries as the management API takes and shows them. */
import { DeliveryIdSchema, TenantIdSchema, WebhookIdSchema } from '@reeve/contracts';
import Type, { type Static } from 'typebox';
import { ActionSchema } from '#kernel';
import { SUBJECT_FORM, type Delivery, type Webhook } from './webhooks.ts';

const NullableTextSchema = Type.Union([Type.String(), Type.Null()]);

export const WebhookBodySchema = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: 2048, description: 'Where events are POSTed: http or https.' }),
    events: Type.Array(Type.String({ pattern: SUBJECT_FORM, maxLength: 200 }), {
      minItems: 1,
      maxItems: 50,
      description: 'Subjects; `*` stands for one token, `>` at the end for the rest.',
    }),
  },
  { additionalProperties: false },
);

export const WebhookSchema = Type.Object({
  id: WebhookIdSchema,
  tenant_id: TenantIdSchema,
  url: Type.String(),
  events: Type.Array(Type.String()),
  created_at: Type.String(),
  created_by: NullableTextSchema,
  disabled_at: NullableTextSchema,
  disabled_reason: NullableTextSchema,
  links: Type.Object({ self: Type.String(), actions: Type.Record(Type.String(), ActionSchema) }),
});

/** The secret is shown in this answer only. */
export const CreatedWebhookSchema = Type.Object({ ...WebhookSchema.properties, secret: Type.String() });

export const DeliverySchema = Type.Object({
  id: DeliveryIdSchema,
  webhook_id: WebhookIdSchema,
  event_id: Type.String(),
  subject: Type.String(),
  state: Type.String(),
  workflow_id: NullableTextSchema,
  attempts: Type.Integer(),
  status: Type.Union([Type.Integer(), Type.Null()]),
  reason: NullableTextSchema,
  created_at: Type.String(),
  finished_at: NullableTextSchema,
});

export function toWebhookReply(webhook: Webhook): Static<typeof WebhookSchema> {
  const self = `/api/v1/webhooks/${webhook.id}`;
  return {
    id: webhook.id,
    tenant_id: webhook.tenantId,
    url: webhook.url,
    events: [...webhook.events],
    created_at: new Date(webhook.createdAtMs).toISOString(),
    created_by: webhook.createdBy,
    disabled_at: toIso(webhook.disabledAtMs),
    disabled_reason: webhook.disabledReason,
    links: {
      self,
      actions: {
        delete: { method: 'DELETE', href: self },
        deliveries: { method: 'GET', href: `${self}/deliveries` },
      },
    },
  };
}

export function toDeliveryReply(delivery: Delivery): Static<typeof DeliverySchema> {
  return {
    id: delivery.id,
    webhook_id: delivery.webhookId,
    event_id: delivery.eventId,
    subject: delivery.subject,
    state: delivery.state,
    workflow_id: delivery.workflowId,
    attempts: delivery.attempts,
    status: delivery.status,
    reason: delivery.reason,
    created_at: new Date(delivery.createdAtMs).toISOString(),
    finished_at: toIso(delivery.finishedAtMs),
  };
}

function toIso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
