/** The only SQL on `usage_daily`. */
import { sql } from 'kysely';
import type { ReceiptSums } from '#audit';
import type { Tx } from '#platform/database/port.ts';

type UsageTables = {
  usage_daily: {
    tenant_id: string;
    key_id: string;
    provider: string;
    model_id: string;
    day: string;
    requests: number | bigint;
    input_tokens: number | bigint;
    output_tokens: number | bigint;
    cost_nanos: string | number | bigint;
  };
};

/** One row of usage: a UTC day, a key and a model. Sums are exact. */
export interface UsageRow {
  day: string;
  keyId: string | null;
  provider: string | null;
  modelId: string | null;
  requests: bigint;
  inputTokens: bigint;
  outputTokens: bigint;
  costNanos: bigint;
}

export type UsageTotal = Pick<UsageRow, 'requests' | 'inputTokens' | 'outputTokens' | 'costNanos'>;

export interface UsageFilter {
  /** First UTC day, inclusive, and first UTC day after, as `YYYY-MM-DD`. */
  from: string | null;
  to: string | null;
  keyId: string | null;
  /** `provider/model` or the model's own name. */
  model: string | null;
}

export async function addUsage(tx: Tx, sums: readonly ReceiptSums[]): Promise<void> {
  if (sums.length === 0) return;
  const rows = sums.map((sum) => ({
    tenant_id: sum.tenantId,
    key_id: sum.keyId ?? '',
    provider: sum.provider ?? '',
    model_id: sum.modelId ?? '',
    day: sum.day,
    requests: sum.requests,
    input_tokens: sum.inputTokens,
    output_tokens: sum.outputTokens,
    cost_nanos: sum.costNanos.toString(),
  }));
  await tx
    .withTables<UsageTables>()
    .insertInto('usage_daily')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'key_id', 'provider', 'model_id', 'day']).doUpdateSet({
        requests: sql`usage_daily.requests + excluded.requests`,
        input_tokens: sql`usage_daily.input_tokens + excluded.input_tokens`,
        output_tokens: sql`usage_daily.output_tokens + excluded.output_tokens`,
        cost_nanos: sql`usage_daily.cost_nanos + excluded.cost_nanos`,
      }),
    )
    .execute();
}

/** Takes every row away; for whoever adds them all anew in the same transaction. */
export async function clearUsage(tx: Tx): Promise<void> {
  await tx.withTables<UsageTables>().deleteFrom('usage_daily').execute();
}

const SORT_COLUMNS = ['day', 'key_id', 'provider', 'model_id'] as const;

/** Up to `limit` rows behind `after` (day, key, provider, model), oldest day first. */
export async function listUsage(
  tx: Tx,
  filter: UsageFilter,
  page: { limit: number; after: readonly string[] | null },
): Promise<UsageRow[]> {
  const { after } = page;
  let query = filtered(tx, filter).select([
    sql<string>`to_char(day, 'YYYY-MM-DD')`.as('day_text'),
    'key_id',
    'provider',
    'model_id',
    'requests',
    'input_tokens',
    'output_tokens',
    'cost_nanos',
  ]);
  if (after !== null) {
    const [day, keyId, provider, modelId] = after;
    query = query.where(
      sql<boolean>`(day, key_id, provider, model_id) > (${day}::date, ${keyId}, ${provider}, ${modelId})`,
    );
  }
  const rows = await query
    .orderBy([...SORT_COLUMNS])
    .limit(page.limit)
    .execute();
  return rows.map((row) => ({
    day: row.day_text,
    keyId: row.key_id || null,
    provider: row.provider || null,
    modelId: row.model_id || null,
    requests: BigInt(row.requests),
    inputTokens: BigInt(row.input_tokens),
    outputTokens: BigInt(row.output_tokens),
    costNanos: BigInt(row.cost_nanos),
  }));
}

export async function totalUsage(tx: Tx, filter: UsageFilter): Promise<UsageTotal> {
  const sum = (column: string) => sql<string>`coalesce(sum(${sql.ref(column)}), 0)::text`;
  const row = await filtered(tx, filter)
    .select([
      sum('requests').as('requests_sum'),
      sum('input_tokens').as('input_sum'),
      sum('output_tokens').as('output_sum'),
      sum('cost_nanos').as('cost_sum'),
    ])
    .executeTakeFirstOrThrow();
  return {
    requests: BigInt(row.requests_sum),
    inputTokens: BigInt(row.input_sum),
    outputTokens: BigInt(row.output_sum),
    costNanos: BigInt(row.cost_sum),
  };
}

function filtered(tx: Tx, filter: UsageFilter) {
  let query = tx.withTables<UsageTables>().selectFrom('usage_daily');
  if (filter.from !== null) query = query.where(sql<boolean>`day >= ${filter.from}::date`);
  if (filter.to !== null) query = query.where(sql<boolean>`day < ${filter.to}::date`);
  if (filter.keyId !== null) query = query.where('key_id', '=', filter.keyId);
  if (filter.model !== null) {
    query = query.where(sql<boolean>`(model_id = ${filter.model} or provider || '/' || model_id = ${filter.model})`);
  }
  return query;
}
