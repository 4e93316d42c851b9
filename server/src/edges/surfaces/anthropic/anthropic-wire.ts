/**
 * The request bodies of the Anthropic surface, as far as Reeve reads them: strict on the types of known fields, silent
 * on the rest, which travels on. Source: the public API reference for Messages and for counting their tokens.
 */
import type { Signature } from '@reeve/contracts';
import Type, { type Static } from 'typebox';
import { createChecker } from '#kernel';
import { Maybe, OUTPUT_TOKENS_MAX } from '../read-fields.ts';

export const WIRE = 'anthropic';

const CacheControl = Type.Object({ type: Type.Literal('ephemeral'), ttl: Maybe(Type.Enum(['5m', '1h'])) });
export type CacheControl = Static<typeof CacheControl>;

/** Each type of block has a schema of its own below; of types that have none, only `type` is looked at. */
const Block = Type.Object({ type: Type.String() });
export type Block = Static<typeof Block> & Readonly<Record<string, unknown>>;

const Message = Type.Object({
  role: Type.Enum(['user', 'assistant', 'system']),
  content: Type.Union([Type.String(), Type.Array(Block)]),
});

const Tool = Type.Object({
  type: Maybe(Type.String()),
  name: Maybe(Type.String()),
  description: Maybe(Type.String()),
  input_schema: Maybe(Type.Object({})),
  strict: Maybe(Type.Boolean()),
  cache_control: Maybe(CacheControl),
});
export type Tool = Static<typeof Tool>;

const ToolChoice = Type.Object({
  type: Type.String(),
  name: Maybe(Type.String()),
  disable_parallel_tool_use: Maybe(Type.Boolean()),
});

const Thinking = Type.Object({
  type: Type.String(),
  budget_tokens: Maybe(Type.Integer({ minimum: 1024, maximum: OUTPUT_TOKENS_MAX })),
  display: Maybe(Type.String()),
});

const Format = Type.Object({ type: Type.String(), schema: Maybe(Type.Object({})) });

const OutputConfig = Type.Object({
  effort: Maybe(Type.Enum(['low', 'medium', 'high', 'xhigh', 'max'])),
  format: Maybe(Format),
});

const Metadata = Type.Object({ user_id: Maybe(Type.String()) });

const CountRequestSchema = Type.Object({
  model: Type.String({ minLength: 1 }),
  messages: Type.Array(Message, { minItems: 1 }),
  system: Maybe(Type.Union([Type.String(), Type.Array(Block)])),
  tools: Maybe(Type.Array(Tool)),
  tool_choice: Maybe(ToolChoice),
  thinking: Maybe(Thinking),
  output_config: Maybe(OutputConfig),
  output_format: Maybe(Format),
  cache_control: Maybe(CacheControl),
});
export type CountRequest = Static<typeof CountRequestSchema>;

const MessageRequestSchema = Type.Object({
  ...CountRequestSchema.properties,
  /** 0 fills the provider's cache and writes nothing. */
  max_tokens: Type.Integer({ minimum: 0, maximum: OUTPUT_TOKENS_MAX }),
  stream: Maybe(Type.Boolean()),
  temperature: Maybe(Type.Number({ minimum: 0, maximum: 1 })),
  top_p: Maybe(Type.Number({ minimum: 0, maximum: 1 })),
  top_k: Maybe(Type.Integer({ minimum: 0 })),
  stop_sequences: Maybe(Type.Array(Type.String())),
  metadata: Maybe(Metadata),
});
export type MessageRequest = Static<typeof MessageRequestSchema>;

export const messageChecker = createChecker(MessageRequestSchema);
export const countChecker = createChecker(CountRequestSchema);

const cache = { cache_control: Maybe(CacheControl) };
const Source = Type.Object({
  type: Type.String(),
  media_type: Maybe(Type.String()),
  data: Maybe(Type.String()),
  url: Maybe(Type.String()),
  file_id: Maybe(Type.String()),
});
export type Source = Static<typeof Source>;

export const textChecker = createChecker(Type.Object({ text: Type.String(), ...cache }));
export const imageChecker = createChecker(Type.Object({ source: Source, ...cache }));
export const documentChecker = createChecker(
  Type.Object({
    source: Source,
    title: Maybe(Type.String()),
    context: Maybe(Type.String()),
    citations: Maybe(Type.Object({ enabled: Maybe(Type.Boolean()) })),
    ...cache,
  }),
);
export const toolUseChecker = createChecker(
  Type.Object({ id: Type.String(), name: Type.String(), input: Type.Unknown(), ...cache }),
);
export const toolResultChecker = createChecker(
  Type.Object({
    tool_use_id: Type.String(),
    content: Maybe(Type.Union([Type.String(), Type.Array(Block)])),
    is_error: Maybe(Type.Boolean()),
    ...cache,
  }),
);
export const thinkingChecker = createChecker(Type.Object({ thinking: Type.String(), signature: Maybe(Type.String()) }));
export const redactedChecker = createChecker(Type.Object({ data: Type.String() }));

/**
 * The data of a redacted thought as a signature of this wire, and back. The mark tells it from the signature of a
 * thought whose text is only withheld; whoever speaks this wire on the other side of the call writes the same.
 */
const REDACTED = 'redacted:';

export const toRedactedSignature = (data: string): Signature => ({ wire: WIRE, value: REDACTED + data });

export function readRedacted(signature: Signature | undefined): string | null {
  if (signature?.wire !== WIRE || !signature.value.startsWith(REDACTED)) return null;
  return signature.value.slice(REDACTED.length);
}

/** What the call models, in part or whole; every other field is an extension. */
export const MESSAGE_FIELDS = fieldsOf(MessageRequestSchema);
export const TOOL_FIELDS = fieldsOf(Tool);
export const TOOL_CHOICE_FIELDS = fieldsOf(ToolChoice);
export const THINKING_FIELDS = fieldsOf(Thinking);
export const OUTPUT_FIELDS = fieldsOf(OutputConfig);
export const METADATA_FIELDS = fieldsOf(Metadata);

function fieldsOf(schema: Type.TObject): ReadonlySet<string> {
  return new Set(Object.keys(schema.properties));
}
