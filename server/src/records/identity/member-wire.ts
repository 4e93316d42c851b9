/** Members as the management API takes and shows them. */
import { KeyIdSchema, MemberIdSchema, TenantIdSchema, type RoleName } from '@reeve/contracts';
import Type, { type Static } from 'typebox';
import { ActionSchema, asTenantId } from '#kernel';
import { unknownRole } from './identity-errors.ts';
import { checkLogin } from './login-name.ts';
import type { MemberWish } from './manage-members.ts';
import type { Member } from './member.ts';
import type { MemberChange } from './member-store.ts';
import { checkName, NameSchema } from './name-schema.ts';
import { isRole } from './roles.ts';
import type { SignInLink } from './sign-in-link.ts';

const RolesSchema = Type.Array(Type.String(), { minItems: 1, maxItems: 20 });
const VersionSchema = Type.Integer({ minimum: 1, description: 'The `version` that you saw.' });

export const MemberBodySchema = Type.Object(
  {
    email: Type.String({ minLength: 1, maxLength: 200, description: 'E-mail address or login name.' }),
    name: NameSchema,
    roles: RolesSchema,
    tenant_id: Type.Optional(TenantIdSchema),
  },
  { additionalProperties: false },
);

export const MemberChangeSchema = Type.Object(
  {
    version: VersionSchema,
    name: Type.Optional(NameSchema),
    roles: Type.Optional(RolesSchema),
    status: Type.Optional(Type.Enum(['active', 'suspended'])),
  },
  { additionalProperties: false },
);

const NullableTextSchema = Type.Union([Type.String(), Type.Null()]);

export const MemberSchema = Type.Object({
  id: MemberIdSchema,
  tenant_id: TenantIdSchema,
  email: Type.String(),
  name: Type.String(),
  roles: Type.Array(Type.String()),
  status: Type.Enum(['invited', 'active', 'suspended']),
  version: Type.Integer(),
  created_at: Type.String(),
  created_by: Type.Union([KeyIdSchema, Type.Null()]),
  last_seen_at: NullableTextSchema,
  links: Type.Object({ self: Type.String(), actions: Type.Record(Type.String(), ActionSchema) }),
});

export const SignInLinkSchema = Type.Object({
  path: Type.String({ description: "Stands behind the server's address." }),
  /** `null` where this process serves no address of its own. */
  url: NullableTextSchema,
  expires_at: Type.String(),
});

export const InvitedMemberSchema = Type.Object({ ...MemberSchema.properties, sign_in: SignInLinkSchema });

/** A body that fits the schema as a wish. Throws `AppError('invalid_request')`. */
export function toMemberWish(body: Static<typeof MemberBodySchema>): MemberWish {
  return {
    login: checkLogin(body.email),
    name: checkName(body.name, 'name'),
    roles: toRoles(body.roles),
    tenantId: body.tenant_id === undefined ? null : asTenantId(body.tenant_id),
  };
}

/** What a body changes. Throws `AppError('invalid_request')`. */
export function toMemberChange({ name, roles, status }: Static<typeof MemberChangeSchema>): MemberChange {
  return {
    ...(name === undefined ? {} : { name: checkName(name, 'name') }),
    ...(roles === undefined ? {} : { roles: toRoles(roles) }),
    ...(status === undefined ? {} : { status }),
  };
}

export function toMemberReply(member: Member): Static<typeof MemberSchema> {
  const href = `/api/v1/members/${member.id}`;
  const link = { method: 'POST', href: `${href}/sign-in-link` };
  return {
    id: member.id,
    tenant_id: member.tenantId,
    email: member.login,
    name: member.name,
    roles: [...member.roles],
    status: member.status,
    version: member.version,
    created_at: new Date(member.createdAtMs).toISOString(),
    created_by: member.createdBy,
    last_seen_at: member.lastSeenAtMs === null ? null : new Date(member.lastSeenAtMs).toISOString(),
    links: {
      self: href,
      actions: {
        change: { method: 'PATCH', href },
        remove: { method: 'DELETE', href },
        ...(member.status === 'suspended' ? {} : { sign_in_link: link }),
      },
    },
  };
}

/** `address` is where this server listens, where it knows. */
export function toLinkReply(
  { path, expiresAtMs }: SignInLink,
  address: string | null,
): Static<typeof SignInLinkSchema> {
  return {
    path,
    url: address === null ? null : address + path,
    expires_at: new Date(expiresAtMs).toISOString(),
  };
}

function toRoles(names: readonly string[]): RoleName[] {
  const roles = names.map((name, index) => {
    if (!isRole(name)) throw unknownRole(name, `roles[${index}]`);
    return name;
  });
  return [...new Set(roles)];
}
