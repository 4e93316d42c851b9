/** What a filter asks of a receipt, as conditions over the columns of its row. Names no table: see `receipt-store.ts`. */
import { sql, type RawBuilder } from 'kysely';
import type { ReceiptStatus } from '@reeve/contracts';
import type { Facet } from './receipt-facets.ts';

export interface ReceiptFilter {
  /** ISO 8601; `from` inclusive, `to` exclusive. */
  from: string | null;
  to: string | null;
  status: ReceiptStatus | null;
  provider: string | null;
  /** `provider/model` or the model's own name. */
  model: string | null;
  keyId: string | null;
  decision: 'allow' | 'deny' | null;
  surface: string | null;
  stream: boolean | null;
  /** Whether another candidate answered, or failed last, than was asked first. */
  fallback: boolean | null;
  traceId: string | null;
  /** `value` null: any. */
  tag: { key: string; value: string | null } | null;
  /** Inclusive bounds. */
  costMin: number | null;
  costMax: number | null;
  latencyMin: number | null;
}

type Condition = RawBuilder<boolean>;
const everything: Condition = sql<boolean>`true`;

/** Bounds in time, which the index by tenant answers. */
export function timeCondition({ from, to }: ReceiptFilter): Condition {
  return allOf([
    from === null ? null : sql<boolean>`created_at >= ${from}::timestamptz`,
    to === null ? null : sql<boolean>`created_at < ${to}::timestamptz`,
  ]);
}

/** Each facet's own condition; `true` where the filter does not ask for it. */
export function facetConditions(filter: ReceiptFilter): Record<Facet, Condition> {
  const { status, model, keyId, decision, surface } = filter;
  return {
    status: status === null ? everything : sql<boolean>`status = ${status}`,
    model: model === null ? everything : sql<boolean>`(model_id = ${model} or provider || '/' || model_id = ${model})`,
    key_id: keyId === null ? everything : sql<boolean>`key_id = ${keyId}`,
    decision: decision === null ? everything : sql<boolean>`body #>> '{policy,decision}' = ${decision}`,
    surface: surface === null ? everything : sql<boolean>`body ->> 'surface' = ${surface}`,
  };
}

/** All that is no facet and no bound in time. */
export function otherCondition(filter: ReceiptFilter): Condition {
  const { provider, stream, fallback, traceId, tag, costMin, costMax, latencyMin } = filter;
  return allOf([
    provider === null ? null : sql<boolean>`provider = ${provider}`,
    latencyMin === null ? null : sql<boolean>`latency_ms >= ${latencyMin}`,
    costMin === null ? null : sql<boolean>`cost_nanos >= ${costMin}`,
    costMax === null ? null : sql<boolean>`cost_nanos <= ${costMax}`,
    stream === null ? null : sql<boolean>`(body ->> 'stream')::boolean = ${stream}`,
    fallback === null ? null : sql<boolean>`(${FELL_BACK}) = ${fallback}`,
    traceId === null ? null : sql<boolean>`body ->> 'trace_id' = ${traceId}`,
    tag === null ? null : tagCondition(tag),
  ]);
}

function tagCondition({ key, value }: NonNullable<ReceiptFilter['tag']>): Condition {
  const found = sql`tags ->> ${key}::text`;
  return value === null ? sql<boolean>`${found} is not null` : sql<boolean>`${found} = ${value}`;
}

/** Without attempts both ends are null, which is not distinct. */
const FELL_BACK = sql<boolean>`(body #>> '{attempts,0,provider}', body #>> '{attempts,0,model_id}')
  is distinct from (body #>> '{attempts,-1,provider}', body #>> '{attempts,-1,model_id}')`;

/** Whether the filter asks for more than bounds in time. */
export function isSearch(filter: ReceiptFilter): boolean {
  return Object.entries(filter).some(([name, value]) => value !== null && name !== 'from' && name !== 'to');
}

export function allOf(conditions: readonly (Condition | null)[]): Condition {
  const asked = conditions.filter((condition) => condition !== null && condition !== everything);
  return asked.length === 0 ? everything : sql<boolean>`${sql.join(asked, sql` and `)}`;
}
