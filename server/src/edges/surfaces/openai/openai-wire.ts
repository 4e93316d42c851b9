/**
 * The request bodies of the OpenAI surface, as far as Reeve reads them: strict on the types of known fields, silent
 * on the rest, which travels on. Source: the public API reference for chat completions and embeddings.
 */
import Type, { type Static } from 'typebox';
import { createChecker } from '#kernel';
import { Maybe, OUTPUT_TOKENS_MAX } from '../read-fields.ts';

const ContentPart = Type.Object({ type: Type.String() });

const ToolCall = Type.Object({
  id: Type.String(),
  type: Maybe(Type.String()),
  function: Type.Optional(Type.Object({ name: Type.String(), arguments: Type.String() })),
});

const Message = Type.Object({
  role: Type.String({ minLength: 1 }),
  content: Maybe(Type.Union([Type.String(), Type.Array(ContentPart)])),
  tool_calls: Maybe(Type.Array(ToolCall)),
  tool_call_id: Maybe(Type.String()),
  refusal: Maybe(Type.String()),
  reasoning_content: Maybe(Type.String()),
});

const Tool = Type.Object({
  type: Type.String(),
  function: Type.Optional(
    Type.Object({
      name: Type.String(),
      description: Maybe(Type.String()),
      parameters: Maybe(Type.Unknown()),
      strict: Maybe(Type.Boolean()),
    }),
  ),
});

export const ChatRequestSchema = Type.Object({
  model: Type.String({ minLength: 1 }),
  messages: Type.Array(Message, { minItems: 1 }),
  stream: Maybe(Type.Boolean()),
  stream_options: Maybe(Type.Object({ include_usage: Maybe(Type.Boolean()) })),
  max_tokens: Maybe(Type.Integer({ minimum: 1, maximum: OUTPUT_TOKENS_MAX })),
  max_completion_tokens: Maybe(Type.Integer({ minimum: 1, maximum: OUTPUT_TOKENS_MAX })),
  temperature: Maybe(Type.Number({ minimum: 0, maximum: 2 })),
  top_p: Maybe(Type.Number({ minimum: 0, maximum: 1 })),
  n: Maybe(Type.Integer({ minimum: 1, maximum: 128 })),
  stop: Maybe(Type.Union([Type.String(), Type.Array(Type.String())])),
  seed: Maybe(Type.Integer()),
  tools: Maybe(Type.Array(Tool)),
  tool_choice: Maybe(Type.Unknown()),
  response_format: Maybe(
    Type.Object({
      type: Type.String(),
      json_schema: Maybe(
        Type.Object({
          name: Type.String(),
          schema: Type.Optional(Type.Unknown()),
          strict: Maybe(Type.Boolean()),
          description: Maybe(Type.String()),
        }),
      ),
    }),
  ),
  top_k: Maybe(Type.Integer({ minimum: 0 })),
  frequency_penalty: Maybe(Type.Number({ minimum: -2, maximum: 2 })),
  presence_penalty: Maybe(Type.Number({ minimum: -2, maximum: 2 })),
  logit_bias: Maybe(Type.Record(Type.String(), Type.Number())),
  logprobs: Maybe(Type.Boolean()),
  top_logprobs: Maybe(Type.Integer({ minimum: 0, maximum: 20 })),
  parallel_tool_calls: Maybe(Type.Boolean()),
  /** `default` is Groq's: as the model does by itself. */
  reasoning_effort: Maybe(Type.Enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'default'])),
  user: Maybe(Type.String()),
});
export type ChatRequest = Static<typeof ChatRequestSchema>;

export const EmbeddingRequestSchema = Type.Object({
  model: Type.String({ minLength: 1 }),
  input: Type.Union([
    Type.String(),
    Type.Array(Type.String(), { minItems: 1 }),
    Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1 }),
    Type.Array(Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1 }), { minItems: 1 }),
  ]),
  dimensions: Maybe(Type.Integer({ minimum: 1 })),
  encoding_format: Maybe(Type.Union([Type.Literal('float'), Type.Literal('base64')])),
  user: Maybe(Type.String()),
});
export type EmbeddingRequest = Static<typeof EmbeddingRequestSchema>;

export const chatChecker = createChecker(ChatRequestSchema);
export const embeddingChecker = createChecker(EmbeddingRequestSchema);

/** What `call.params` models of a chat request; every other field is an extension. */
export const CHAT_FIELDS: ReadonlySet<string> = new Set(Object.keys(ChatRequestSchema.properties));
export const EMBEDDING_FIELDS: ReadonlySet<string> = new Set(Object.keys(EmbeddingRequestSchema.properties));
