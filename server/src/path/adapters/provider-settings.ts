/** What a provider's entry in reeve.yaml may say beyond the common fields, adapter by adapter. */
import Type, { type Static } from 'typebox';

/** Of servers that speak OpenAI's wire. */
export const OpenAiSettingsSchema = Type.Object({
  /** How the server calls the limit on output tokens. */
  max_tokens_field: Type.Optional(Type.Union([Type.Literal('max_tokens'), Type.Literal('max_completion_tokens')])),
  /** The server has `/responses` of its own; requests of that surface go there as they are. */
  responses: Type.Optional(Type.Boolean()),
});
export type OpenAiSettings = Static<typeof OpenAiSettingsSchema>;
