/**
 * The receipt: one row per call, the settlement and the proof. It holds no text and no user id, only
 * identifiers, hashes and figures, because a hashed entry can never be erased.
 */
import Type, { type Static } from 'typebox';

export const RECEIPT_STATUSES = ['ok', 'failed', 'denied', 'aborted', 'assumed'] as const;
export type ReceiptStatus = (typeof RECEIPT_STATUSES)[number];

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/**
 * The hashed body. Its canonical form is JCS (RFC 8785): keys in code-unit order, no white space. All
 * numbers are integers. `hash` is the lower-case hex SHA-256 of that form; `prev_hash` is the hash of the
 * writer's previous receipt (64 zeros for its first), so that each writer's receipts form a chain.
 */
export const ReceiptBodySchema = Type.Object({
  answer_hash: Nullable(Type.String()),
  attempts: Type.Array(
    Type.Object({
      latency_ms: Type.Integer(),
      model_id: Type.String(),
      outcome: Type.String(),
      provider: Type.String(),
    }),
  ),
  bytes_in: Type.Integer(),
  bytes_out: Type.Integer(),
  confidence_score: Nullable(Type.Integer()),
  cost_nanos: Nullable(Type.Integer()),
  created_at: Type.String(),
  error_code: Nullable(Type.String()),
  finish_reason: Nullable(Type.String()),
  first_byte_ms: Nullable(Type.Integer()),
  id: Type.String(),
  key_id: Nullable(Type.String()),
  kind: Type.String(),
  latency_ms: Type.Integer(),
  model: Nullable(Type.Object({ model_id: Type.String(), provider: Type.String() })),
  overhead_us: Type.Integer(),
  parent_receipt: Nullable(Type.String()),
  pii_classes: Type.Array(Type.String()),
  policy: Type.Object({
    attributes: Type.Record(Type.String(), Type.String()),
    decision: Type.Union([Type.Literal('allow'), Type.Literal('deny')]),
    policies: Type.Array(Type.String()),
    version: Type.String(),
  }),
  prev_hash: Type.String(),
  price_version: Nullable(Type.String()),
  prompt_hash: Type.String(),
  propensity_ppm: Type.Integer(),
  region: Nullable(Type.String()),
  requested_model: Type.String(),
  seq: Type.Integer(),
  status: Type.Enum([...RECEIPT_STATUSES]),
  stream: Type.Boolean(),
  surface: Type.String(),
  tenant_id: Type.String(),
  token_usage: Type.Object({
    cached: Type.Integer(),
    completion: Type.Integer(),
    /** Parts of the figures with prices of their own, where there are any: `cache_write`, `reasoning`, `searches`, … */
    details: Type.Record(Type.String(), Type.Integer()),
    estimated: Type.Boolean(),
    prompt: Type.Integer(),
    total: Type.Integer(),
  }),
  trace_id: Type.String(),
  v: Type.Literal(1),
  writer_id: Type.String(),
});
export type ReceiptBody = Static<typeof ReceiptBodySchema>;

/** A receipt as it is read back: the body, its hash, and the proof that the log covers it (`null` until then). */
export const ReceiptSchema = Type.Object({
  ...ReceiptBodySchema.properties,
  hash: Type.String(),
  proof: Nullable(Type.String()),
  tags: Type.Record(Type.String(), Type.String()),
});
export type Receipt = Static<typeof ReceiptSchema>;
