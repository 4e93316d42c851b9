/**
 * The request of text completions as Reeve reads it: strict on the types of known fields, silent on the rest, which
 * travels on (`suffix`, `echo`, `best_of`, …). Source: the public API reference for completions.
 */
import Type, { type Static } from 'typebox';
import { createChecker } from '#kernel';
import { Maybe, OUTPUT_TOKENS_MAX } from '../read-fields.ts';

export const WIRE = 'openai';

const TokenIds = Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1 });

const CompletionRequestSchema = Type.Object({
  model: Type.String({ minLength: 1 }),
  prompt: Type.Union([
    Type.String(),
    Type.Array(Type.String(), { minItems: 1 }),
    TokenIds,
    Type.Array(TokenIds, { minItems: 1 }),
  ]),
  stream: Maybe(Type.Boolean()),
  stream_options: Maybe(Type.Object({ include_usage: Maybe(Type.Boolean()) })),
  max_tokens: Maybe(Type.Integer({ minimum: 0, maximum: OUTPUT_TOKENS_MAX })),
  temperature: Maybe(Type.Number({ minimum: 0, maximum: 2 })),
  top_p: Maybe(Type.Number({ minimum: 0, maximum: 1 })),
  n: Maybe(Type.Integer({ minimum: 1, maximum: 128 })),
  stop: Maybe(Type.Union([Type.String(), Type.Array(Type.String())])),
  seed: Maybe(Type.Integer()),
  frequency_penalty: Maybe(Type.Number({ minimum: -2, maximum: 2 })),
  presence_penalty: Maybe(Type.Number({ minimum: -2, maximum: 2 })),
  logit_bias: Maybe(Type.Record(Type.String(), Type.Number())),
  logprobs: Maybe(Type.Integer({ minimum: 0, maximum: 20 })),
  user: Maybe(Type.String()),
});
export type CompletionRequest = Static<typeof CompletionRequestSchema>;

export const completionChecker = createChecker(CompletionRequestSchema);

/** What the call models of a request; every other field is an extension. */
export const COMPLETION_FIELDS: ReadonlySet<string> = new Set(Object.keys(CompletionRequestSchema.properties));
