/** `/api/v1/webhooks`: where a tenant's events are sent. */
import { WebhookIdSchema } from '@reeve/contracts';
import Type, { type Static } from 'typebox';
import {
  AppError,
  asWebhookId,
  buildPage,
  must,
  PAGE_QUERY,
  pageSchema,
  parsePage,
  type JsonRoute,
  type RouteReply,
  type RouteRequest,
  type WebhookId,
} from '#kernel';
import { createWebhook, type WebhookDeps } from './create-webhook.ts';
import { deleteWebhook, findWebhook, listDeliveries, listWebhooks } from './webhook-store.ts';
import {
  CreatedWebhookSchema,
  DeliverySchema,
  toDeliveryReply,
  toWebhookReply,
  WebhookBodySchema,
  WebhookSchema,
} from './webhook-wire.ts';

const PATH = '/api/v1/webhooks';
const SORT_KEY = [/^whk_[0-9a-z]{26}$/];
const DELIVERY_SORT_KEY = [/^dlv_[0-9a-z]{26}$/];
const ParamsSchema = Type.Object({ id: WebhookIdSchema });
const QuerySchema = Type.Object(PAGE_QUERY);
const base = { kind: 'json', permission: 'webhooks:manage' } as const;

export function createWebhookRoutes(deps: WebhookDeps): JsonRoute[] {
  return [...collectionRoutes(deps), ...memberRoutes(deps)];
}

function collectionRoutes(deps: WebhookDeps): JsonRoute[] {
  return [
    {
      ...base,
      method: 'POST',
      path: PATH,
      summary: 'Have events sent to a URL. The signing secret is shown in this answer only.',
      schema: { body: WebhookBodySchema, reply: { 201: CreatedWebhookSchema } },
      async handle({ scope, body }) {
        // Checked against the schema before.
        const { webhook, secret } = await createWebhook(deps, scope, body as Static<typeof WebhookBodySchema>);
        return { status: 201, body: { ...toWebhookReply(webhook), secret } };
      },
    },
    {
      ...base,
      method: 'GET',
      path: PATH,
      summary: "The tenant's webhooks, oldest first.",
      schema: { query: QuerySchema, reply: { 200: pageSchema(WebhookSchema) } },
      async handle({ scope, query }) {
        const page = parsePage(query, SORT_KEY);
        const rows = await deps.database.forTenant(scope, (tx) => listWebhooks(tx, page));
        const actions = { create: { method: 'POST' as const, href: PATH } };
        const sortKeyOf = ({ id }: { id: string }): string[] => [id];
        const body = buildPage({ path: PATH, query, page, rows, toItem: toWebhookReply, sortKeyOf, actions });
        return { status: 200, body };
      },
    },
  ];
}

function memberRoutes(deps: WebhookDeps): JsonRoute[] {
  return [
    {
      ...base,
      method: 'GET',
      path: `${PATH}/:id`,
      summary: 'One webhook, without its secret.',
      schema: { params: ParamsSchema, reply: { 200: WebhookSchema } },
      async handle({ scope, params }) {
        const found = await deps.database.forTenant(scope, (tx) => findWebhook(tx, readId(params)));
        if (found === null) throw unknownWebhook();
        return { status: 200, body: toWebhookReply(found.webhook) };
      },
    },
    {
      ...base,
      method: 'DELETE',
      path: `${PATH}/:id`,
      summary: 'Send it nothing more, also of what is under way.',
      schema: { params: ParamsSchema, reply: { 204: Type.Null() } },
      async handle({ scope, params }) {
        const gone = await deps.database.forTenant(scope, (tx) => deleteWebhook(tx, readId(params)));
        if (!gone) throw unknownWebhook();
        return { status: 204 };
      },
    },
    {
      ...base,
      method: 'GET',
      path: `${PATH}/:id/deliveries`,
      summary: 'What was sent, and how its receiver took it, oldest first.',
      schema: { params: ParamsSchema, query: QuerySchema, reply: { 200: pageSchema(DeliverySchema) } },
      handle: (request) => replyWithDeliveries(deps, request),
    },
  ];
}

async function replyWithDeliveries(
  { database }: WebhookDeps,
  { scope, params, query }: RouteRequest,
): Promise<RouteReply> {
  const page = parsePage(query, DELIVERY_SORT_KEY);
  const id = readId(params);
  const rows = await database.forTenant(scope, async (tx) => {
    if ((await findWebhook(tx, id)) === null) throw unknownWebhook();
    return listDeliveries(tx, id, page);
  });
  const sortKeyOf = (row: { id: string }): string[] => [row.id];
  const path = `${PATH}/${id}/deliveries`;
  return { status: 200, body: buildPage({ path, query, page, rows, toItem: toDeliveryReply, sortKeyOf }) };
}

function readId(params: RouteRequest['params']): WebhookId {
  return asWebhookId(must(params['id'], 'the path names a webhook'));
}

function unknownWebhook(): AppError {
  return new AppError('not_found', { message: 'There is no such webhook.' });
}
