/** `/api/v1/sign-in`, `sign-out` and `me`: the console's session. How a browser keeps it is for `roles/` to say. */
import { KeyIdSchema, MemberIdSchema, PERMISSIONS, TenantIdSchema } from '@reeve/contracts';
import Type, { type Static } from 'typebox';
import { AppError, asTenantId, NO_NUL, type JsonRoute, type Scope } from '#kernel';
import { changePassword, signOut, switchTenant } from './change-session.ts';
import { PASSWORD_CHARACTERS_MAX } from './check-password.ts';
import type { OpenedSession } from './console-session.ts';
import { describeMe } from './describe-me.ts';
import type { IdentityParts } from './identity-parts.ts';
import { signInByLink, signInByPassword } from './sign-in.ts';

const PasswordSchema = Type.String({ minLength: 1, maxLength: PASSWORD_CHARACTERS_MAX });

const SignInBodySchema = Type.Object(
  {
    email: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, pattern: NO_NUL, description: 'E-mail address or login name.' }),
    ),
    password: Type.Optional(PasswordSchema),
    token: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  },
  { additionalProperties: false },
);
const SwitchBodySchema = Type.Object({ tenant_id: TenantIdSchema }, { additionalProperties: false });
const PasswordBodySchema = Type.Object(
  { password: PasswordSchema, current_password: Type.Optional(PasswordSchema) },
  { additionalProperties: false },
);

const TenantNameSchema = Type.Object({ id: TenantIdSchema, name: Type.String() });
const MeSchema = Type.Object({
  kind: Type.Enum(['key', 'member', 'operator']),
  member: Type.Union([
    Type.Object({
      id: MemberIdSchema,
      email: Type.String(),
      name: Type.String(),
      tenant_id: TenantIdSchema,
      roles: Type.Array(Type.String()),
      has_password: Type.Boolean(),
    }),
    Type.Null(),
  ]),
  key_id: Type.Union([KeyIdSchema, Type.Null()]),
  tenant: TenantNameSchema,
  scopes: Type.Array(Type.String()),
  tenants: Type.Array(TenantNameSchema),
  has_more_tenants: Type.Boolean(),
  version: Type.String(),
});

type Parts = IdentityParts & { version: string };

export function createSignInRoutes(parts: Parts): JsonRoute[] {
  return [
    {
      kind: 'json',
      method: 'POST',
      path: '/api/v1/sign-in',
      permission: 'public',
      summary: 'Sign in to the console, by login name and password or by the token of a one-time link.',
      schema: { body: SignInBodySchema, reply: { 200: MeSchema } },
      async handle({ scope, body, sessionToken = null }) {
        const opened = await openBy(parts, body as Static<typeof SignInBodySchema>, sessionToken);
        const me = await toMeReply(parts, { ...scope, ...opened.who });
        return { status: 200, body: me, sessionToken: opened.token };
      },
    },
    {
      kind: 'json',
      method: 'POST',
      path: '/api/v1/sign-out',
      permission: 'public',
      summary: 'End the session of this browser.',
      schema: { reply: { 204: Type.Null() } },
      async handle({ sessionToken }) {
        if (sessionToken !== undefined) await signOut(parts, sessionToken);
        return { status: 204, sessionToken: null };
      },
    },
    ...createMeRoutes(parts),
  ];
}

function createMeRoutes(parts: Parts): JsonRoute[] {
  const replyWith = async (scope: Scope) => ({ status: 200, body: await toMeReply(parts, scope) });
  return [
    {
      kind: 'json',
      method: 'GET',
      path: '/api/v1/me',
      permission: 'identified',
      summary: 'Who you are, what you may do, and in which tenants.',
      schema: { reply: { 200: MeSchema } },
      handle: ({ scope }) => replyWith(scope),
    },
    {
      kind: 'json',
      method: 'POST',
      path: '/api/v1/me/tenant',
      permission: 'identified',
      summary: 'Work in another tenant from now on.',
      schema: { body: SwitchBodySchema, reply: { 200: MeSchema } },
      async handle({ scope, body }) {
        const { tenant_id: tenantId } = body as Static<typeof SwitchBodySchema>;
        return replyWith(await switchTenant(parts, scope, asTenantId(tenantId)));
      },
    },
    {
      kind: 'json',
      method: 'PUT',
      path: '/api/v1/me/password',
      permission: 'identified',
      summary: 'Set your password; every other session of yours ends.',
      schema: { body: PasswordBodySchema, reply: { 204: Type.Null() } },
      async handle({ scope, body }) {
        const { password, current_password: current = null } = body as Static<typeof PasswordBodySchema>;
        await changePassword(parts, scope, { password, current });
        return { status: 204 };
      },
    },
  ];
}

function openBy(
  parts: IdentityParts,
  { email, password, token }: Static<typeof SignInBodySchema>,
  formerToken: string | null,
): Promise<OpenedSession> {
  if (token !== undefined && email === undefined && password === undefined) {
    return signInByLink(parts, token, formerToken);
  }
  if (email === undefined || password === undefined || token !== undefined) {
    throw new AppError('invalid_request', { message: 'Send "email" and "password", or "token" alone.' });
  }
  return signInByPassword(parts, { login: email, password }, formerToken);
}

async function toMeReply(parts: Parts, scope: Scope): Promise<Static<typeof MeSchema>> {
  const { member, hasPassword, tenant, tenants, hasMoreTenants } = await describeMe(parts, scope);
  const { kind, keyId, scopes } = scope.actor;
  return {
    kind,
    member:
      member === null
        ? null
        : {
            id: member.id,
            email: member.login,
            name: member.name,
            tenant_id: member.tenantId,
            roles: [...member.roles],
            has_password: hasPassword,
          },
    key_id: keyId,
    tenant: { id: scope.tenantId, name: tenant?.name ?? scope.tenantId },
    scopes: scopes.has('*') ? ['*', ...PERMISSIONS] : [...scopes],
    tenants: tenants.map(({ id, name }) => ({ id, name })),
    has_more_tenants: hasMoreTenants,
    version: parts.version,
  };
}
