/** `/api/v1/members`: who may sign in to the console, for whoever holds `members:manage` in the tenant. */
import { MemberIdSchema, TenantIdSchema } from '@reeve/contracts';
import Type, { type Static } from 'typebox';
import {
  asMemberId,
  asTenantId,
  buildPage,
  must,
  PAGE_QUERY,
  pageSchema,
  parsePage,
  type JsonRoute,
  type MemberId,
  type RouteRequest,
} from '#kernel';
import { ownsInstallation } from './create-key.ts';
import { unknownMember, unknownTenant } from './identity-errors.ts';
import type { IdentityParts } from './identity-parts.ts';
import { changeMember, inviteMember, makeSignInLink, removeMember } from './manage-members.ts';
import type { Member } from './member.ts';
import { findMembers, listMembers } from './member-store.ts';
import {
  InvitedMemberSchema,
  MemberBodySchema,
  MemberChangeSchema,
  MemberSchema,
  SignInLinkSchema,
  toLinkReply,
  toMemberChange,
  toMemberReply,
  toMemberWish,
} from './member-wire.ts';
import { withKeysOf } from './revoke-key.ts';
import { hasTenant } from './tenant-store.ts';

const PATH = '/api/v1/members';
const SORT_KEY = [/^mem_[0-9a-z]{26}$/];

const MemberParamsSchema = Type.Object({ id: MemberIdSchema });
const ListQuerySchema = Type.Object({ ...PAGE_QUERY, tenant_id: Type.Optional(TenantIdSchema) });
const RemoveQuerySchema = Type.Object({ version: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$' })) });

type Parts = IdentityParts & { address(): string | null };

export function createMemberRoutes(parts: Parts): JsonRoute[] {
  const base = { kind: 'json', permission: 'members:manage' } as const;
  return [
    {
      ...base,
      method: 'POST',
      path: PATH,
      summary: 'Invite a member. The link to sign in by is shown in this answer only.',
      schema: { body: MemberBodySchema, reply: { 201: InvitedMemberSchema } },
      async handle({ scope, body }) {
        const wish = toMemberWish(body as Static<typeof MemberBodySchema>);
        const { member, link } = await inviteMember(parts, scope, wish);
        return { status: 201, body: { ...toMemberReply(member), sign_in: toLinkReply(link, parts.address()) } };
      },
    },
    {
      ...base,
      method: 'GET',
      path: PATH,
      summary: "List the tenant's members, oldest first.",
      schema: { query: ListQuerySchema, reply: { 200: pageSchema(MemberSchema) } },
      handle: (request) => replyWithMembers(parts, request),
    },
    ...createOneMemberRoutes(parts),
  ];
}

function createOneMemberRoutes(parts: Parts): JsonRoute[] {
  const base = { kind: 'json', permission: 'members:manage' } as const;
  const one = { ...base, path: `${PATH}/:id` } as const;
  return [
    {
      ...one,
      method: 'GET',
      summary: 'One member.',
      schema: { params: MemberParamsSchema, reply: { 200: MemberSchema } },
      async handle({ scope, params }) {
        const id = readId(params);
        const [member] = await withKeysOf(parts.database, scope, (tx) => findMembers(tx, [id]));
        if (member === undefined) throw unknownMember();
        return { status: 200, body: toMemberReply(member) };
      },
    },
    {
      ...one,
      method: 'PATCH',
      summary: 'Change name, roles or status of a member as you saw them. 409 where somebody else did meanwhile.',
      schema: { params: MemberParamsSchema, body: MemberChangeSchema, reply: { 200: MemberSchema } },
      async handle({ scope, params, body }) {
        const wish = body as Static<typeof MemberChangeSchema>;
        const change = { id: readId(params), version: wish.version, change: toMemberChange(wish) };
        return { status: 200, body: toMemberReply(await changeMember(parts, scope, change)) };
      },
    },
    {
      ...one,
      method: 'DELETE',
      summary: 'Remove a member: what names the person is erased, their sessions end.',
      schema: { params: MemberParamsSchema, query: RemoveQuerySchema, reply: { 204: Type.Null() } },
      async handle({ scope, params, query: { version } }) {
        const seen = version === undefined ? null : Number(version);
        await removeMember(parts, scope, { id: readId(params), version: seen });
        return { status: 204 };
      },
    },
    {
      ...base,
      method: 'POST',
      path: `${PATH}/:id/sign-in-link`,
      summary: 'A fresh one-time link for a member; earlier ones open nothing from now on.',
      schema: { params: MemberParamsSchema, reply: { 201: SignInLinkSchema } },
      async handle({ scope, params }) {
        const link = await makeSignInLink(parts, scope, readId(params));
        return { status: 201, body: toLinkReply(link, parts.address()) };
      },
    },
  ];
}

async function replyWithMembers(parts: Parts, { scope, query }: RouteRequest) {
  const page = parsePage(query, SORT_KEY);
  const { tenant_id: given } = query;
  const tenantId = typeof given === 'string' ? asTenantId(given) : scope.tenantId;
  if (tenantId !== scope.tenantId && !ownsInstallation(scope)) throw unknownTenant();
  const rows = await parts.database.forTenant({ tenantId }, async (tx) => {
    if (!(await hasTenant(tx, tenantId))) throw unknownTenant();
    return listMembers(tx, tenantId, page);
  });
  const actions = { invite: { method: 'POST' as const, href: PATH } };
  const sortKeyOf = (row: Member): string[] => [row.id];
  return { status: 200, body: buildPage({ path: PATH, query, page, rows, toItem: toMemberReply, sortKeyOf, actions }) };
}

function readId(params: RouteRequest['params']): MemberId {
  return asMemberId(must(params.id, 'the path names a member'));
}
