/** `/api/v1/keys`: made, listed and ended by who holds `keys:manage` in the tenant. */
import { KeyIdSchema, TenantIdSchema } from '@reeve/contracts';
import Type, { type Static } from 'typebox';
import {
  asKeyId,
  asTenantId,
  buildPage,
  must,
  PAGE_QUERY,
  pageSchema,
  parsePage,
  type JsonRoute,
  type RouteRequest,
  type TenantId,
} from '#kernel';
import { createKey, ownsInstallation } from './create-key.ts';
import { findMakers, type Makers } from './find-makers.ts';
import { unknownKey, unknownTenant } from './identity-errors.ts';
import type { IdentityParts } from './identity-parts.ts';
import { CreatedKeySchema, KeyBodySchema, KeySchema, toKeyReply, toKeyWish } from './key-wire.ts';
import { findKey, listKeys, type KeyRecord } from './key-store.ts';
import { revokeKey, withKeysOf } from './revoke-key.ts';
import { hasTenant } from './tenant-store.ts';

const PATH = '/api/v1/keys';
const SORT_KEY = [/^key_[0-9a-z]{26}$/];

const KeyParamsSchema = Type.Object({ id: KeyIdSchema });
const KeyQuerySchema = Type.Object({
  ...PAGE_QUERY,
  tenant_id: Type.Optional(TenantIdSchema),
});

export function createKeyRoutes(parts: IdentityParts): JsonRoute[] {
  const base = { kind: 'json', permission: 'keys:manage' } as const;
  return [
    {
      ...base,
      method: 'POST',
      path: PATH,
      summary: 'Make a key. It is shown in this answer only.',
      schema: { body: KeyBodySchema, reply: { 201: CreatedKeySchema } },
      async handle({ scope, body }) {
        const { key, text } = await createKey(parts, scope, toKeyWish(body as Static<typeof KeyBodySchema>));
        const makers: Makers = new Map(key.createdBy === null ? [] : [[key.createdBy, 'active']]);
        return { status: 201, body: { ...toKeyReply(key, makers), key: text } };
      },
    },
    {
      ...base,
      method: 'GET',
      path: PATH,
      summary: "List the tenant's keys, oldest first, ended ones too.",
      schema: { query: KeyQuerySchema, reply: { 200: pageSchema(KeySchema) } },
      handle: (request) => replyWithKeys(parts, request),
    },
    {
      ...base,
      method: 'GET',
      path: `${PATH}/:id`,
      summary: 'One key, without its secret.',
      schema: { params: KeyParamsSchema, reply: { 200: KeySchema } },
      async handle({ scope, params }) {
        const id = readId(params);
        const key = await withKeysOf(parts.database, scope, (tx) => findKey(tx, id));
        if (key === null) throw unknownKey();
        return { status: 200, body: toKeyReply(key, await findMakers(parts.database, [key])) };
      },
    },
    {
      ...base,
      method: 'DELETE',
      path: `${PATH}/:id`,
      summary: 'End a key at once. Doing it again changes nothing.',
      schema: { params: KeyParamsSchema, reply: { 204: Type.Null() } },
      async handle({ scope, params }) {
        await revokeKey(parts, scope, readId(params));
        return { status: 204 };
      },
    },
  ];
}

async function replyWithKeys(parts: IdentityParts, { scope, query }: RouteRequest) {
  const page = parsePage(query, SORT_KEY);
  const tenantId = readTenantId(query) ?? scope.tenantId;
  if (tenantId !== scope.tenantId && !ownsInstallation(scope)) throw unknownTenant();
  const rows = await parts.database.forTenant({ tenantId }, async (tx) => {
    if (!(await hasTenant(tx, tenantId))) throw unknownTenant();
    return listKeys(tx, tenantId, page);
  });
  const makers = await findMakers(parts.database, rows);
  const toItem = (row: KeyRecord) => toKeyReply(row, makers);
  const actions = { create: { method: 'POST' as const, href: PATH } };
  const sortKeyOf = (row: KeyRecord): string[] => [row.id];
  return { status: 200, body: buildPage({ path: PATH, query, page, rows, toItem, sortKeyOf, actions }) };
}

function readTenantId(query: RouteRequest['query']): TenantId | null {
  const { tenant_id: given } = query;
  return typeof given === 'string' ? asTenantId(given) : null;
}

function readId(params: RouteRequest['params']) {
  return asKeyId(must(params.id, 'the path names a key'));
}
