/**
 * The request of reranking as Jina, Cohere (v1) and the servers after them take it; unknown fields travel on. Source:
 * their public API references.
 */
import Type, { type Static } from 'typebox';
import { createChecker } from '#kernel';
import { Maybe } from '../read-fields.ts';

export const WIRE = 'rerank';

const RerankRequestSchema = Type.Object({
  model: Type.String({ minLength: 1 }),
  query: Type.String(),
  documents: Type.Array(Type.Union([Type.String(), Type.Record(Type.String(), Type.Unknown())]), { minItems: 1 }),
  top_n: Maybe(Type.Integer({ minimum: 1 })),
  return_documents: Maybe(Type.Boolean()),
});
export type RerankRequest = Static<typeof RerankRequestSchema>;

export const rerankChecker = createChecker(RerankRequestSchema);
export const RERANK_FIELDS: ReadonlySet<string> = new Set(Object.keys(RerankRequestSchema.properties));
