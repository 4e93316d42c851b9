import type { Call, Part } from '@reeve/contracts';
import type { JsonBody } from '../read-body.ts';
import { given, pickExtensions } from '../read-fields.ts';
import { RERANK_FIELDS, rerankChecker, WIRE, type RerankRequest } from './rerank-wire.ts';

/** A rerank request as a call: turn 0 is the query. Throws `AppError('invalid_request')` naming the field at fault. */
export function rerankToCall(body: JsonBody): Call {
  const request = rerankChecker.parse(body.value);
  const query: Part = { type: 'text', turn: 0, role: 'user', text: request.query };
  return {
    kind: 'rerank',
    wire: WIRE,
    model: request.model,
    stream: false,
    parts: [query, ...request.documents.map(toDocument)],
    params: { ...given('topN', request.top_n) },
    extensions: pickExtensions(body.value, RERANK_FIELDS),
    raw: { bytes: body.bytes, fields: body.fields },
  };
}

/**
 * What a document holds beside its text is for the caller. One without a text, or with media or content beside it, is
 * for this wire only.
 */
function toDocument(document: RerankRequest['documents'][number], position: number): Part {
  const base = { turn: position + 1, role: 'user' } as const;
  if (typeof document === 'string') return { ...base, type: 'text', text: document };
  const { text, ...others } = document;
  const holdsMore = Object.entries(others).some(([name, value]) => CONTENT.test(name) && value != null && value !== '');
  if (typeof text === 'string' && !holdsMore) return { ...base, type: 'text', text };
  return { ...base, type: 'other', name: 'document', value: document };
}

/** What servers that rank more than texts read from a document. */
const CONTENT = /^(content|(image|audio|video)(_url)?s?)$/i;
