/**
 * The request of moderations as Reeve reads it; unknown fields travel on. Source: the public API reference for
 * moderations.
 */
import Type, { type Static } from 'typebox';
import { createChecker } from '#kernel';
import { Maybe } from '../read-fields.ts';

export const WIRE = 'openai';

const InputPart = Type.Object({
  type: Type.String(),
  text: Type.Optional(Type.String()),
  image_url: Type.Optional(Type.Object({ url: Type.String() })),
});

const ModerationRequestSchema = Type.Object({
  model: Maybe(Type.String({ minLength: 1 })),
  input: Type.Union([
    Type.String(),
    Type.Array(Type.String(), { minItems: 1 }),
    Type.Array(InputPart, { minItems: 1 }),
  ]),
});
export type ModerationRequest = Static<typeof ModerationRequestSchema>;

export const moderationChecker = createChecker(ModerationRequestSchema);
export const MODERATION_FIELDS: ReadonlySet<string> = new Set(Object.keys(ModerationRequestSchema.properties));
