/** The only SQL on `usage_daily` and `usage_tag_daily`. */
import { sql, type RawBuilder } from 'kysely';
import type { ReceiptSums, TagSums } from '#audit';
import { inPortions } from '#kernel';
import type { Tx } from '#platform/database/port.ts';

/** Far below what one statement takes of parameters. */
const ROWS_AT_ONCE = 2000;

type SumColumns = {
  requests: number | bigint;
  input_tokens: number | bigint;
  output_tokens: number | bigint;
  cost_nanos: string | number | bigint;
  unpriced: number | bigint;
};
type DayColumns = SumColumns & {
  tenant_id: string;
  key_id: string;
  provider: string;
  model_id: string;
  day: string;
};
type UsageTables = {
  usage_daily: DayColumns;
  usage_tag_daily: DayColumns & { tag_key: string; tag_value: string };
};

export interface UsageSums {
  requests: bigint;
  inputTokens: bigint;
  outputTokens: bigint;
  costNanos: bigint;
  /** Requests whose cost is not known. */
  unpriced: bigint;
}

export interface UsageFilter {
  /** First UTC day, inclusive, and first UTC day after, as `YYYY-MM-DD`. */
  from: string | null;
  to: string | null;
  keyId: string | null;
  /** `provider/model` or the model's own name. */
  model: string | null;
  /** Receipts that carry it; `value` null: with any value. */
  tag: { key: string; value: string | null } | null;
}

/** What a row of usage stands for: its columns in the order in which rows are sorted. */
export const USAGE_GROUPS = {
  row: ['day', 'key_id', 'provider', 'model_id'],
  day: ['day'],
  model: ['provider', 'model_id'],
  key: ['key_id'],
  tag: ['tag_key', 'tag_value'],
} as const;
export type UsageGroup = keyof typeof USAGE_GROUPS;

/** Sums are exact. `group` has a text for each of the group's columns, '' where receipts have none. */
export interface UsageRow extends UsageSums {
  group: readonly string[];
}

export async function addUsage(tx: Tx, sums: readonly ReceiptSums[]): Promise<void> {
  const rows = mergeRows(sums.map(toDayColumns));
  for (const portion of inPortions(rows, ROWS_AT_ONCE)) {
    await tx
      .withTables<UsageTables>()
      .insertInto('usage_daily')
      .values(portion)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'key_id', 'provider', 'model_id', 'day']).doUpdateSet(addedTo('usage_daily')),
      )
      .execute();
  }
}

export async function addTagUsage(tx: Tx, sums: readonly TagSums[]): Promise<void> {
  const toRow = (sum: TagSums) => ({ ...toDayColumns(sum), tag_key: sum.tag.key, tag_value: sum.tag.value });
  const rows = mergeRows(sums.map(toRow));
  for (const portion of inPortions(rows, ROWS_AT_ONCE)) {
    await tx
      .withTables<UsageTables>()
      .insertInto('usage_tag_daily')
      .values(portion)
      .onConflict((conflict) =>
        conflict
          .columns(['tenant_id', 'tag_key', 'tag_value', 'day', 'key_id', 'provider', 'model_id'])
          .doUpdateSet(addedTo('usage_tag_daily')),
      )
      .execute();
  }
}

/** Sums come by writer, and one statement may touch a row once: what several writers add to one row is added up first. */
function mergeRows<Row extends DayColumns>(rows: readonly Row[]): Row[] {
  const merged = new Map<string, Row>();
  for (const row of rows) {
    const { requests, input_tokens: input, output_tokens: output, cost_nanos: cost, unpriced, ...place } = row;
    const key = JSON.stringify(place);
    const before = merged.get(key);
    const sum = {
      requests: BigInt(requests) + BigInt(before?.requests ?? 0),
      input_tokens: BigInt(input) + BigInt(before?.input_tokens ?? 0),
      output_tokens: BigInt(output) + BigInt(before?.output_tokens ?? 0),
      cost_nanos: String(BigInt(cost) + BigInt(before?.cost_nanos ?? 0)),
      unpriced: BigInt(unpriced) + BigInt(before?.unpriced ?? 0),
    };
    merged.set(key, { ...row, ...sum });
  }
  return [...merged.values()];
}

function addedTo(table: keyof UsageTables) {
  const added = (column: keyof SumColumns) =>
    sql<never>`${sql.ref(`${table}.${column}`)} + ${sql.ref(`excluded.${column}`)}`;
  return {
    requests: added('requests'),
    input_tokens: added('input_tokens'),
    output_tokens: added('output_tokens'),
    cost_nanos: added('cost_nanos'),
    unpriced: added('unpriced'),
  };
}

function toDayColumns(sum: ReceiptSums): DayColumns {
  return {
    tenant_id: sum.tenantId,
    key_id: sum.keyId ?? '',
    provider: sum.provider ?? '',
    model_id: sum.modelId ?? '',
    day: sum.day,
    requests: sum.requests,
    input_tokens: sum.inputTokens,
    output_tokens: sum.outputTokens,
    cost_nanos: sum.costNanos.toString(),
    unpriced: sum.unpriced,
  };
}

/** Takes every row away; for whoever adds them all anew in the same transaction. */
export async function clearUsage(tx: Tx): Promise<void> {
  await tx.withTables<UsageTables>().deleteFrom('usage_daily').execute();
}

export async function clearTagUsage(tx: Tx): Promise<void> {
  await tx.withTables<UsageTables>().deleteFrom('usage_tag_daily').execute();
}

/** Up to `limit` rows of the group behind `after`, in its order. */
export async function listUsage(
  tx: Tx,
  by: UsageGroup,
  filter: UsageFilter,
  page: { limit: number; after: readonly string[] | null },
): Promise<UsageRow[]> {
  const columns = USAGE_GROUPS[by].map((name) => sql.ref(name));
  const texts = USAGE_GROUPS[by].map((name) => (name === 'day' ? sql`to_char(day, 'YYYY-MM-DD')` : sql.ref(name)));
  const { after } = page;
  const behind =
    after === null
      ? []
      : [sql<boolean>`(${sql.join(columns)}) > (${sql.join(after.map((part, at) => toParameter(by, at, part)))})`];
  const { rows } = await sql<SumsRow & { parts: string[] }>`
    select array[${sql.join(texts)}] as parts, ${SUMS} from ${sourceOf(by, filter)}
    where ${sql.join([...conditionsOf(filter), ...behind], sql` and `)}
    group by ${sql.join(columns)} order by ${sql.join(columns)} limit ${page.limit}`.execute(tx);
  return rows.map((row) => ({ group: row.parts, ...toSums(row) }));
}

export async function totalUsage(tx: Tx, filter: UsageFilter): Promise<UsageSums> {
  const { rows } = await sql<SumsRow>`
    select ${SUMS} from ${sourceOf('row', filter)} where ${sql.join(conditionsOf(filter), sql` and `)}`.execute(tx);
  const [row] = rows;
  return row === undefined
    ? { requests: 0n, inputTokens: 0n, outputTokens: 0n, costNanos: 0n, unpriced: 0n }
    : toSums(row);
}

interface SumsRow {
  requests: string;
  input_tokens: string;
  output_tokens: string;
  cost_nanos: string;
  unpriced: string;
}

const SUMS = sql`coalesce(sum(requests), 0)::text as requests, coalesce(sum(input_tokens), 0)::text as input_tokens,
  coalesce(sum(output_tokens), 0)::text as output_tokens, coalesce(sum(cost_nanos), 0)::text as cost_nanos,
  coalesce(sum(unpriced), 0)::text as unpriced`;

/** Only what is asked by tag is read by tag: there a receipt stands once for each of its tags. */
function sourceOf(by: UsageGroup, filter: UsageFilter): RawBuilder<unknown> {
  return by === 'tag' || filter.tag !== null ? sql`usage_tag_daily` : sql`usage_daily`;
}

function toParameter(by: UsageGroup, at: number, part: string): RawBuilder<unknown> {
  return USAGE_GROUPS[by][at] === 'day' ? sql`${part}::date` : sql`${part}::text`;
}

function conditionsOf({ from, to, keyId, model, tag }: UsageFilter): RawBuilder<boolean>[] {
  const conditions = [sql<boolean>`true`];
  if (from !== null) conditions.push(sql`day >= ${from}::date`);
  if (to !== null) conditions.push(sql`day < ${to}::date`);
  if (keyId !== null) conditions.push(sql`key_id = ${keyId}`);
  if (model !== null) conditions.push(sql`(model_id = ${model} or provider || '/' || model_id = ${model})`);
  if (tag !== null) conditions.push(sql`tag_key = ${tag.key}`);
  if (tag !== null && tag.value !== null) conditions.push(sql`tag_value = ${tag.value}`);
  return conditions;
}

function toSums(row: SumsRow): UsageSums {
  return {
    requests: BigInt(row.requests),
    inputTokens: BigInt(row.input_tokens),
    outputTokens: BigInt(row.output_tokens),
    costNanos: BigInt(row.cost_nanos),
    unpriced: BigInt(row.unpriced),
  };
}
