/** What a listing of receipts can be asked for, read from a query string. */
import { RECEIPT_STATUSES } from '@reeve/contracts';
import Type from 'typebox';
import { AppError, createChecker } from '#kernel';
import type { ReceiptFilter } from './receipt-conditions-store.ts';

/** Years of more than four digits are written otherwise, and no store takes them. */
export const LAST_MS = Date.UTC(9999, 0);

const MomentSchema = Type.String({
  pattern: '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,6})?)?(Z|[+-]\\d\\d:\\d\\d))?$',
});
const BooleanSchema = Type.Union([Type.Literal('true'), Type.Literal('false')]);
const NanosSchema = Type.String({ pattern: '^\\d{1,15}$', description: 'nano-USD (10⁻⁹ USD).' });

/** The filters' query fields, to be spread into a route's query schema. */
export const FILTER_QUERY = {
  from: Type.Optional(MomentSchema),
  to: Type.Optional(MomentSchema),
  status: Type.Optional(Type.Union(RECEIPT_STATUSES.map((status) => Type.Literal(status)))),
  provider: Type.Optional(Type.String()),
  model: Type.Optional(Type.String({ description: '`provider/model` or the model alone.' })),
  key_id: Type.Optional(Type.String()),
  decision: Type.Optional(Type.Union([Type.Literal('allow'), Type.Literal('deny')])),
  surface: Type.Optional(Type.String()),
  stream: Type.Optional(BooleanSchema),
  fallback: Type.Optional(BooleanSchema),
  trace_id: Type.Optional(Type.String()),
  tag: Type.Optional(
    Type.String({ pattern: '^[^=]+(=|$)', description: '`key=value`, or `key` alone for any value.' }),
  ),
  cost_min: Type.Optional(NanosSchema),
  cost_max: Type.Optional(NanosSchema),
  latency_min: Type.Optional(Type.String({ pattern: '^\\d{1,9}$', description: 'Milliseconds.' })),
};

const filterChecker = createChecker(Type.Object(FILTER_QUERY));

/** Throws `AppError('invalid_request')` that names the field at fault. */
export function parseFilter(query: Readonly<Record<string, unknown>>): ReceiptFilter {
  const asked = filterChecker.parse(query);
  return {
    from: toMoment('from', asked.from),
    to: toMoment('to', asked.to),
    status: asked.status ?? null,
    provider: asked.provider ?? null,
    model: asked.model ?? null,
    keyId: asked.key_id ?? null,
    decision: asked.decision ?? null,
    surface: asked.surface ?? null,
    stream: toBoolean(asked.stream),
    fallback: toBoolean(asked.fallback),
    traceId: asked.trace_id ?? null,
    tag: toTag(asked.tag),
    costMin: toNumber(asked.cost_min),
    costMax: toNumber(asked.cost_max),
    latencyMin: toNumber(asked.latency_min),
  };
}

/** A day alone is its beginning in UTC. Throws for moments that a receipt cannot have. */
export function toMoment(field: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  const ms = Date.parse(text);
  if (ms >= 0 && ms <= LAST_MS) return new Date(ms).toISOString();
  throw new AppError('invalid_request', { message: `"${field}" is no moment.`, param: field });
}

function toBoolean(text: 'true' | 'false' | undefined): boolean | null {
  return text === undefined ? null : text === 'true';
}

function toNumber(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}

/** Values may hold `=`, keys may not. */
function toTag(text: string | undefined): ReceiptFilter['tag'] {
  if (text === undefined) return null;
  const at = text.indexOf('=');
  return at < 0 ? { key: text, value: null } : { key: text.slice(0, at), value: text.slice(at + 1) };
}
