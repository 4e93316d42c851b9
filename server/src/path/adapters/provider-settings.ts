/** What a provider's entry in reeve.yaml may say beyond the common fields, adapter by adapter. */
import Type, { type Static } from 'typebox';
import { FEATURES } from './features.ts';

/** The kinds of calls that OpenAI's wire has endpoints for. */
const OPENAI_KINDS = ['chat', 'completion', 'embedding', 'moderation', 'rerank'] as const;

/** Of servers that speak OpenAI's wire. */
export const OpenAiSettingsSchema = Type.Object({
  /** How the server calls the limit on output tokens. */
  max_tokens_field: Type.Optional(Type.Union([Type.Literal('max_tokens'), Type.Literal('max_completion_tokens')])),
  /** The server has `/responses` of its own; requests of that surface go there as they are. */
  responses: Type.Optional(Type.Boolean()),
  /** False: the server refuses what a model thought aloud in an earlier answer (`reasoning_content`). */
  takes_thoughts: Type.Optional(Type.Boolean()),
  /** What the server refuses or ignores: features by the word that a refusal uses, or kinds of calls. */
  without: Type.Optional(Type.Array(Type.Enum([...FEATURES, ...OPENAI_KINDS]))),
});
export type OpenAiSettings = Static<typeof OpenAiSettingsSchema>;

/** Of provider packages of the AI SDK. */
export const AiSdkSettingsSchema = Type.Object({
  /** As it is installed, e.g. `@ai-sdk/deepinfra`. */
  package: Type.String({ minLength: 1 }),
  /** The function that makes the provider; absent: the first export that begins with `create`. */
  create: Type.Optional(Type.String({ minLength: 1 })),
  /** Further options of that function. */
  options: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type AiSdkSettings = Static<typeof AiSdkSettingsSchema>;
