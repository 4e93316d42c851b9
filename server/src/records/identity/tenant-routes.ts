/** `/api/v1/tenants`: for whoever manages tenants in `default`. */
import { TenantIdSchema } from '@reeve/contracts';
import Type, { type Static } from 'typebox';
import { buildPage, defaultTenantId, PAGE_QUERY, pageSchema, parsePage, type JsonRoute, type Scope } from '#kernel';
import { tenantNameTaken, tenantsNotManaged } from './identity-errors.ts';
import { tenantCreated } from './identity-events.ts';
import type { IdentityParts } from './identity-parts.ts';
import { checkName, NameSchema } from './name-schema.ts';
import { insertTenant, listTenants, type TenantRecord } from './tenant-store.ts';

const PATH = '/api/v1/tenants';
const SORT_KEY = [/^[a-z0-9_]{1,64}$/];

const TenantSchema = Type.Object({ id: TenantIdSchema, name: Type.String(), created_at: Type.String() });
const TenantBodySchema = Type.Object({ name: NameSchema }, { additionalProperties: false });

export function createTenantRoutes(parts: IdentityParts): JsonRoute[] {
  return [
    {
      kind: 'json',
      method: 'POST',
      path: PATH,
      permission: 'tenants:manage',
      summary: 'Make a tenant. For the owner of the tenant "default".',
      schema: { body: TenantBodySchema, reply: { 201: TenantSchema } },
      async handle({ scope, body }) {
        assertManagesTenants(scope);
        const name = checkName((body as Static<typeof TenantBodySchema>).name, 'name');
        const tenant = { id: parts.ids.next('tenant'), name, createdAtMs: parts.clock.now() };
        await parts.database.asRole('operator', async (tx) => {
          if (!(await insertTenant(tx, tenant))) throw tenantNameTaken();
          await parts.events.append(tx, tenantCreated(tenant));
        });
        return { status: 201, body: toReply(tenant) };
      },
    },
    {
      kind: 'json',
      method: 'GET',
      path: PATH,
      permission: 'tenants:manage',
      summary: 'List the tenants, oldest first. For the owner of the tenant "default".',
      schema: { query: Type.Object(PAGE_QUERY), reply: { 200: pageSchema(TenantSchema) } },
      async handle({ scope, query }) {
        assertManagesTenants(scope);
        const page = parsePage(query, SORT_KEY);
        const rows = await parts.database.asRole('operator', (tx) => listTenants(tx, page));
        const actions = { create: { method: 'POST' as const, href: PATH } };
        const sortKeyOf = (row: TenantRecord): string[] => [row.id];
        return { status: 200, body: buildPage({ path: PATH, query, page, rows, toItem: toReply, sortKeyOf, actions }) };
      },
    },
  ];
}

/** The scope `tenants:manage` counts in `default` only: an owner elsewhere holds it for nothing. */
function assertManagesTenants(scope: Scope): void {
  if (scope.tenantId !== defaultTenantId) throw tenantsNotManaged();
}

function toReply(tenant: TenantRecord): Static<typeof TenantSchema> {
  return { id: tenant.id, name: tenant.name, created_at: new Date(tenant.createdAtMs).toISOString() };
}
