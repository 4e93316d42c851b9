/**
 * The responses request as Reeve reads it: strict on the types of known fields, silent on the rest, which travels on.
 * Source: the public API reference for creating a response.
 */
import Type, { type Static } from 'typebox';
import { createChecker } from '#kernel';
import { Maybe, OUTPUT_TOKENS_MAX } from '../read-fields.ts';

export const WIRE = 'openai-responses';
/** What `include` names to have thoughts in a form that can be sent back. */
export const ENCRYPTED = 'reasoning.encrypted_content';

const Tool = Type.Object({
  type: Type.String(),
  name: Maybe(Type.String()),
  description: Maybe(Type.String()),
  parameters: Maybe(Type.Unknown()),
  strict: Maybe(Type.Boolean()),
});

const Format = Type.Object({
  type: Type.String(),
  name: Maybe(Type.String()),
  schema: Maybe(Type.Unknown()),
  strict: Maybe(Type.Boolean()),
  description: Maybe(Type.String()),
});

const ToolChoice = Type.Object({ type: Type.String(), name: Maybe(Type.String()) });

const Reasoning = Type.Object({
  effort: Maybe(Type.Enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])),
  summary: Maybe(Type.String()),
  generate_summary: Maybe(Type.String()),
});

const ResponsesRequestSchema = Type.Object({
  model: Type.String({ minLength: 1 }),
  input: Maybe(Type.Union([Type.String(), Type.Array(Type.Object({}))])),
  instructions: Maybe(Type.String()),
  stream: Maybe(Type.Boolean()),
  stream_options: Maybe(Type.Object({ include_obfuscation: Maybe(Type.Boolean()) })),
  max_output_tokens: Maybe(Type.Integer({ minimum: 1, maximum: OUTPUT_TOKENS_MAX })),
  temperature: Maybe(Type.Number({ minimum: 0, maximum: 2 })),
  top_p: Maybe(Type.Number({ minimum: 0, maximum: 1 })),
  tools: Maybe(Type.Array(Tool)),
  tool_choice: Maybe(Type.Union([Type.String(), ToolChoice])),
  parallel_tool_calls: Maybe(Type.Boolean()),
  text: Maybe(Type.Object({ format: Maybe(Format), verbosity: Maybe(Type.String()) })),
  reasoning: Maybe(Reasoning),
  top_logprobs: Maybe(Type.Integer({ minimum: 0, maximum: 20 })),
  include: Maybe(Type.Array(Type.String())),
  user: Maybe(Type.String()),
  safety_identifier: Maybe(Type.String()),
  truncation: Maybe(Type.String()),
  store: Maybe(Type.Boolean()),
  background: Maybe(Type.Boolean()),
  previous_response_id: Maybe(Type.String()),
  conversation: Maybe(Type.Unknown()),
});
export type ResponsesRequest = Static<typeof ResponsesRequestSchema>;
export type ResponsesTool = NonNullable<ResponsesRequest['tools']>[number];
export type InputItem = Exclude<NonNullable<ResponsesRequest['input']>, string>[number];

export const responsesChecker = createChecker(ResponsesRequestSchema);

/** What the call models, in part or whole; every other field is an extension. */
export const RESPONSES_FIELDS: ReadonlySet<string> = new Set(Object.keys(ResponsesRequestSchema.properties));

/** Fields of a function tool that the call models. */
export const TOOL_FIELDS: ReadonlySet<string> = new Set(Object.keys(Tool.properties));
export const TOOL_CHOICE_FIELDS: ReadonlySet<string> = new Set(Object.keys(ToolChoice.properties));
export const FORMAT_FIELDS: ReadonlySet<string> = new Set(Object.keys(Format.properties));
export const TEXT_FIELDS: ReadonlySet<string> = new Set(['format', 'verbosity']);
export const REASONING_FIELDS: ReadonlySet<string> = new Set(Object.keys(Reasoning.properties));
