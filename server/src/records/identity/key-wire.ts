/** Keys as the management API takes and shows them. */
import { KeyIdSchema, TenantIdSchema } from '@reeve/contracts';
import Type, { type Static } from 'typebox';
import { ActionSchema, AppError, asTenantId } from '#kernel';
import type { KeyWish } from './create-key.ts';
import { MAKER_STATES, type Makers } from './find-makers.ts';
import type { KeyRecord } from './key-store.ts';
import { checkName, NameSchema } from './name-schema.ts';

const LIST_MAX = 200;
const INSTANT = String.raw`^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)$`;

const NullableTextSchema = Type.Union([Type.String(), Type.Null()]);

export const KeyBodySchema = Type.Object(
  {
    name: NameSchema,
    tenant_id: Type.Optional(TenantIdSchema),
    scopes: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: LIST_MAX })),
    models: Type.Optional(Type.Union([Type.Array(NameSchema, { minItems: 1, maxItems: LIST_MAX }), Type.Null()])),
    expires_at: Type.Optional(Type.Union([Type.String({ pattern: INSTANT }), Type.Null()])),
  },
  { additionalProperties: false },
);

export const KeySchema = Type.Object({
  id: KeyIdSchema,
  name: Type.String(),
  prefix: Type.String(),
  tenant_id: TenantIdSchema,
  scopes: Type.Array(Type.String()),
  models: Type.Union([Type.Array(Type.String()), Type.Null()]),
  created_at: Type.String(),
  created_by: NullableTextSchema,
  maker_state: Type.Union([Type.Enum([...MAKER_STATES]), Type.Null()], {
    description: 'What became of `created_by` since; null where that is not known here.',
  }),
  member_id: NullableTextSchema,
  expires_at: NullableTextSchema,
  revoked_at: NullableTextSchema,
  links: Type.Object({ self: Type.String(), actions: Type.Record(Type.String(), ActionSchema) }),
});

export const CreatedKeySchema = Type.Object({ ...KeySchema.properties, key: Type.String() });

/** A body that fits the schema as a wish. Throws `AppError('invalid_request')` for a blank name or a date that does not exist. */
export function toKeyWish(body: Static<typeof KeyBodySchema>): KeyWish {
  return {
    name: checkName(body.name, 'name'),
    tenantId: body.tenant_id === undefined ? null : asTenantId(body.tenant_id),
    scopes: body.scopes ?? null,
    models: body.models?.map((model, index) => checkName(model, `models[${index}]`)) ?? null,
    expiresAtMs: body.expires_at ? parseInstant(body.expires_at) : null,
  };
}

/** A key as listings show it: never its hash. */
export function toKeyReply(key: KeyRecord, makers: Makers): Static<typeof KeySchema> {
  const href = `/api/v1/keys/${key.id}`;
  // A console key ends with its member.
  const isEnded = key.revokedAtMs !== null || key.memberId !== null;
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    tenant_id: key.tenantId,
    scopes: [...key.scopes],
    models: key.models === null ? null : [...key.models],
    created_at: new Date(key.createdAtMs).toISOString(),
    created_by: key.createdBy,
    maker_state: key.createdBy === null ? null : (makers.get(key.createdBy) ?? null),
    member_id: key.memberId,
    expires_at: toIso(key.expiresAtMs),
    revoked_at: toIso(key.revokedAtMs),
    links: { self: href, actions: isEnded ? {} : { revoke: { method: 'DELETE', href } } },
  };
}

function parseInstant(text: string): number {
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  throw new AppError('invalid_request', { message: '"expires_at" is not a date that exists.', param: 'expires_at' });
}

function toIso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
