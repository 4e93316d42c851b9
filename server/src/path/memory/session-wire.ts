/** Conversations and entries as the management API takes and shows them; there they are called sessions. */
import { ConversationIdSchema, EntryIdSchema, ReceiptIdSchema } from '@reeve/contracts';
import Type, { type Static } from 'typebox';
import { ActionSchema, NO_NUL } from '#kernel';
import { MODELS_MAX, TITLE_LENGTH_MAX, type Conversation, type Entry } from './memory.ts';
import type { Match } from './search-conversations.ts';

const strict = { additionalProperties: false };
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

const TitleSchema = Type.String({ maxLength: TITLE_LENGTH_MAX });
const ModelSchema = Type.String({ minLength: 1, maxLength: 200, pattern: NO_NUL });
const VersionSchema = Type.Integer({ minimum: 1, description: 'The version that was seen; with another one: 409.' });

export const SessionBodySchema = Type.Object(
  {
    title: Type.Optional(TitleSchema),
    models: Type.Optional(Type.Array(ModelSchema, { maxItems: MODELS_MAX, uniqueItems: true })),
  },
  strict,
);

export const RenameBodySchema = Type.Object({ title: TitleSchema, version: VersionSchema }, strict);

const PartSchema = Type.Union([
  Type.Object({ type: Type.Literal('text'), text: Type.String() }, strict),
  Type.Object({ type: Type.Literal('image'), url: Type.String({ pattern: '^data:image/' }) }, strict),
  Type.Object(
    {
      type: Type.Literal('file'),
      filename: Type.String({ minLength: 1, maxLength: 255 }),
      data: Type.String({ pattern: '^data:' }),
      mediaType: Type.String({ maxLength: 100 }),
    },
    strict,
  ),
  Type.Object({ type: Type.Literal('reasoning'), text: Type.String() }, strict),
  Type.Object({ type: Type.Literal('refusal'), text: Type.String() }, strict),
]);

const entryFields = {
  parent_id: nullable(EntryIdSchema),
  role: Type.Union([Type.Literal('system'), Type.Literal('user'), Type.Literal('assistant')]),
  parts: Type.Array(PartSchema, { minItems: 1, maxItems: 100 }),
  model: nullable(ModelSchema),
  receipt_id: nullable(ReceiptIdSchema),
};

export const EntryBodySchema = Type.Object(
  {
    version: VersionSchema,
    parent_id: entryFields.parent_id,
    role: entryFields.role,
    parts: entryFields.parts,
    interrupted: Type.Optional(Type.Boolean({ description: 'The answer broke off.' })),
    model: Type.Optional(entryFields.model),
    receipt_id: Type.Optional(entryFields.receipt_id),
  },
  strict,
);

export const EntrySchema = Type.Object({
  id: EntryIdSchema,
  ...entryFields,
  interrupted: Type.Boolean(),
  created_at: Type.String(),
});

const MatchSchema = Type.Object({ entry_id: nullable(EntryIdSchema), snippet: Type.String() });

export const SessionSchema = Type.Object({
  id: ConversationIdSchema,
  title: Type.String(),
  models: Type.Array(Type.String()),
  entries: Type.Integer(),
  bytes: Type.Integer(),
  version: Type.Integer(),
  created_at: Type.String(),
  updated_at: Type.String(),
  /** Where a search found its text; `null` outside searches. */
  match: nullable(MatchSchema),
  links: Type.Object({ self: Type.String(), actions: Type.Record(Type.String(), ActionSchema) }),
});

export const AppendedSchema = Type.Object({ entry: EntrySchema, session: SessionSchema });

export function toSessionReply(conversation: Conversation, match: Match | null = null): Static<typeof SessionSchema> {
  const self = `/api/v1/sessions/${conversation.id}`;
  return {
    id: conversation.id,
    title: conversation.title,
    models: [...conversation.models],
    entries: conversation.entries,
    bytes: conversation.bytes,
    version: conversation.version,
    created_at: new Date(conversation.createdAtMs).toISOString(),
    updated_at: new Date(conversation.updatedAtMs).toISOString(),
    match: match === null ? null : { entry_id: match.entryId, snippet: match.snippet },
    links: {
      self,
      actions: {
        entries: { method: 'GET', href: `${self}/entries` },
        append: { method: 'POST', href: `${self}/entries` },
        rename: { method: 'PATCH', href: self },
        delete: { method: 'DELETE', href: self },
      },
    },
  };
}

export function toEntryReply(entry: Entry): Static<typeof EntrySchema> {
  return {
    id: entry.id,
    parent_id: entry.parentId,
    role: entry.role,
    parts: [...entry.content.parts],
    model: entry.model,
    receipt_id: entry.receiptId,
    interrupted: entry.content.interrupted ?? false,
    created_at: new Date(entry.createdAtMs).toISOString(),
  };
}
