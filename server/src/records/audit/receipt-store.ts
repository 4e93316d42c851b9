/** The only SQL on `receipt`. */
import { sql, type RawBuilder } from 'kysely';
import type { ReceiptBody, ReceiptStatus } from '@reeve/contracts';
import type { Tx } from '#platform/database/port.ts';
import type { Tags } from './ledger.ts';
import type { SealedReceipt } from './receipt-chain.ts';
import {
  allOf,
  facetConditions,
  isSearch,
  otherCondition,
  timeCondition,
  type ReceiptFilter,
} from './receipt-conditions-store.ts';
import { FACETS, toFacetCounts, type Facet, type FacetCounts, type FacetRow } from './receipt-facets.ts';

type ReceiptTables = {
  receipt: {
    id: string;
    tenant_id: string;
    created_at: string;
    key_id: string | null;
    status: ReceiptStatus;
    provider: string | null;
    model_id: string | null;
    prompt_tokens: number;
    completion_tokens: number;
    cost_nanos: number | null;
    latency_ms: number;
    writer_id: string;
    seq: number;
    hash: string;
    body: ReceiptBody;
    tags: Tags;
  };
};

/** A receipt as the database gives it back. */
export interface StoredReceipt {
  body: ReceiptBody;
  hash: string;
  tags: Tags;
}

/** Stores receipts in one statement; those that are there already stay as they are. Answers how many were new. */
export async function insertReceipts(tx: Tx, receipts: readonly SealedReceipt[]): Promise<number> {
  // JSON has no line break outside its strings, and none inside: there they are escaped.
  const rows = receipts.map(({ row }) => row).join('\n');
  const { numAffectedRows = 0n } = await sql`
    insert into receipt (id, tenant_id, created_at, key_id, status, provider, model_id, prompt_tokens,
      completion_tokens, cost_nanos, latency_ms, writer_id, seq, hash, body, tags)
    select r.id, b.tenant_id, b.created_at, b.key_id, b.status, b.model->>'provider', b.model->>'model_id',
      (b.token_usage->>'prompt')::bigint, (b.token_usage->>'completion')::bigint, b.cost_nanos, b.latency_ms,
      b.writer_id, r.seq, r.hash, r.body, r.tags
    from string_to_table(${rows}, E'\\n') as line,
      jsonb_to_record(line::jsonb) as r(hash text, id text, seq bigint, tags jsonb, body jsonb),
      jsonb_to_record(r.body) as b(tenant_id text, created_at timestamptz, key_id text, status text, model jsonb,
        token_usage jsonb, cost_nanos bigint, latency_ms integer, writer_id text)
    on conflict do nothing`.execute(tx);
  return Number(numAffectedRows);
}

/** The writer's last receipt in the table, `null` before the first. */
export async function findChainEnd(tx: Tx, writerId: string): Promise<{ seq: number; hash: string } | null> {
  const row = await tx
    .withTables<ReceiptTables>()
    .selectFrom('receipt')
    .select(['seq', 'hash'])
    .where('writer_id', '=', writerId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/** Which of these receipts the table has. All were created at or after `createdFrom` (ISO 8601). */
export async function findReceiptIds(tx: Tx, ids: readonly string[], createdFrom: string): Promise<Set<string>> {
  const rows = await tx
    .withTables<ReceiptTables>()
    .selectFrom('receipt')
    .select('id')
    .where('created_at', '>=', createdFrom)
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** How many receipts a page may look at, so that it is answered within its time however many there are. */
const EXAMINED_MAX = 2500;
/** How many the facets look at. */
export const COUNTED_MAX = 10_000;

export interface ReceiptPage {
  order: 'oldest' | 'newest';
  /** Moment and id of the last receipt already seen. */
  after: readonly string[] | null;
  count: number;
}

/**
 * The next receipts of the tenant, at most `count`. Where the filter asks for more than bounds in time, the search looks
 * at `EXAMINED_MAX` receipts; `stoppedAt` is the moment and id of the last when more are left.
 */
export async function listReceipts(
  tx: Tx,
  tenantId: string,
  filter: ReceiptFilter,
  page: ReceiptPage,
): Promise<{ rows: StoredReceipt[]; stoppedAt: readonly string[] | null }> {
  const order = page.order === 'oldest' ? sql`created_at, id` : sql`created_at desc, id desc`;
  const part = allOf([sql`tenant_id = ${tenantId}`, timeCondition(filter), behind(page)]);
  if (!isSearch(filter)) {
    const { rows } = await sql<StoredReceipt>`
      select body, hash, tags from receipt where ${part} order by ${order} limit ${page.count}`.execute(tx);
    return { rows, stoppedAt: null };
  }
  const conditions = allOf([...Object.values(facetConditions(filter)), otherCondition(filter)]);
  await followIndex(tx);
  // One statement, so that both halves see the same receipts: one that came between would be in the next page again.
  const { rows: found } = await sql<(StoredReceipt | { body: null }) & { end_at: string | null; end_id: string }>`
    with found as (
      select * from (select * from receipt where ${part} order by ${order} limit ${EXAMINED_MAX}) examined
      where ${conditions} order by ${order} limit ${page.count}
    )
    select body, hash, tags, end_at, end_id from (select 1) page
    left join found on true
    left join (
      select created_at as end_at, id as end_id from receipt
      where (select count(*) from found) < ${page.count} and ${part} order by ${order}
      offset ${EXAMINED_MAX - 1} limit 1
    ) ends on true
    order by ${order}`.execute(tx);
  const rows = found.flatMap((row) => (row.body === null ? [] : [{ body: row.body, hash: row.hash, tags: row.tags }]));
  const { end_at: endAt = null, end_id: endId = '' } = found[0] ?? {};
  return { rows, stoppedAt: endAt === null ? null : [endAt, endId] };
}

/**
 * The index has the order, so a bounded search reads as many rows as it looks at. Without statistics, which the embedded
 * engine never gathers, PostgreSQL would rather read the whole month and sort it. Ends with the transaction.
 */
async function followIndex(tx: Tx): Promise<void> {
  await sql`select set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)`.execute(tx);
}

function behind({ order, after }: ReceiptPage): RawBuilder<boolean> | null {
  if (after === null) return null;
  const [createdAt = '', id = ''] = after;
  const sign = order === 'oldest' ? sql`>` : sql`<`;
  return sql<boolean>`(created_at, id) ${sign} (${createdAt}::timestamptz, ${id})`;
}

/**
 * How often each value stands in the newest `COUNTED_MAX` receipts within the filter's bounds in time. The counts of a
 * facet leave its own condition out, so that they say what another choice would find.
 */
export async function countFacets(tx: Tx, tenantId: string, filter: ReceiptFilter): Promise<FacetCounts> {
  await followIndex(tx);
  const own = facetConditions(filter);
  const matches = (left: Facet | null) =>
    sql<number>`count(*) filter (where ${allOf([sql`fits`, ...FACETS.map((facet) => (facet === left ? null : own[facet]))])})::int`;
  const { rows } = await sql<FacetRow>`
    select status, model, key_id, decision, surface, grouping(status, model, key_id, decision, surface) as left_out,
      count(*)::int as examined, min(created_at) as since, ${matches('status')} as by_status, ${matches('model')} as by_model,
      ${matches('key_id')} as by_key_id, ${matches('decision')} as by_decision, ${matches('surface')} as by_surface,
      ${matches(null)} as matched
    from (
      select *, provider || '/' || model_id as model, body #>> '{policy,decision}' as decision, body ->> 'surface' as surface,
        ${otherCondition(filter)} as fits
      from receipt where ${allOf([sql`tenant_id = ${tenantId}`, timeCondition(filter)])}
      order by created_at desc, id desc limit ${COUNTED_MAX}
    ) examined
    group by grouping sets ((status), (model), (key_id), (decision), (surface), ())`.execute(tx);
  return toFacetCounts(rows);
}
/** One receipt of the tenant, created between the two moments (ISO 8601, inclusive), which spares a search of all months. */
export async function findReceipt(
  tx: Tx,
  tenantId: string,
  id: string,
  created: { from: string; to: string },
): Promise<StoredReceipt | null> {
  const row = await tx
    .withTables<ReceiptTables>()
    .selectFrom('receipt')
    .select(['body', 'hash', 'tags'])
    .where('tenant_id', '=', tenantId)
    .where('created_at', '>=', created.from)
    .where('created_at', '<=', created.to)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

/**
 * All writers that have receipts, each with the number of its last. Jumps from one writer to the next in the index,
 * however many receipts each has.
 */
export async function listChainEnds(tx: Tx): Promise<{ writerId: string; seq: bigint }[]> {
  const { rows } = await sql<{ writer_id: string; seq: string }>`
    with recursive writer as (
      select min(writer_id) as writer_id from receipt
      union all
      select (select min(r.writer_id) from receipt r where r.writer_id > w.writer_id)
      from writer w where w.writer_id is not null
    )
    select w.writer_id, (select max(r.seq) from receipt r where r.writer_id = w.writer_id)::text as seq
    from writer w where w.writer_id is not null`.execute(tx);
  return rows.map(({ writer_id, seq }) => ({ writerId: writer_id, seq: BigInt(seq) }));
}

/** A writer's receipts behind `seq`, in order, at most `count`, with the columns that repeat the body. */
export async function readChain(
  tx: Tx,
  writerId: string,
  seq: number,
  count: number,
): Promise<ReceiptTables['receipt'][]> {
  return tx
    .withTables<ReceiptTables>()
    .selectFrom('receipt')
    .selectAll()
    .where('writer_id', '=', writerId)
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(count)
    .execute();
}

export interface SumsRow {
  tenant_id: string;
  key_id: string | null;
  provider: string | null;
  model_id: string | null;
  day: string;
  requests: string;
  input_tokens: string;
  output_tokens: string;
  cost_nanos: string;
  unpriced: string;
}

const DAY_SUMS = sql`key_id, provider, model_id, (created_at at time zone 'UTC')::date as day,
  count(*)::text as requests, sum(prompt_tokens)::text as input_tokens,
  sum(completion_tokens)::text as output_tokens, coalesce(sum(cost_nanos), 0)::text as cost_nanos,
  (count(*) - count(cost_nanos))::text as unpriced`;

/** Exact sums over the writer's receipts with `from` < seq ≤ `to`, by tenant, key, model and UTC day. */
export async function sumReceipts(tx: Tx, writerId: string, from: bigint, to: bigint): Promise<SumsRow[]> {
  const { rows } = await sql<SumsRow>`
    select tenant_id, ${DAY_SUMS} from receipt
    where writer_id = ${writerId} and seq > ${from} and seq <= ${to}
    group by 1, 2, 3, 4, 5`.execute(tx);
  return rows;
}

export interface TagSumsRow extends SumsRow {
  tag_key: string;
  tag_value: string;
}

/** The same by tag as well. */
export async function sumTaggedReceipts(tx: Tx, writerId: string, from: bigint, to: bigint): Promise<TagSumsRow[]> {
  const { rows } = await sql<TagSumsRow>`
    select tenant_id, ${DAY_SUMS}, tag.key as tag_key, tag.value as tag_value
    from receipt, jsonb_each_text(tags) tag
    where writer_id = ${writerId} and seq > ${from} and seq <= ${to} and tags <> '{}'
    group by 1, 2, 3, 4, 5, tag.key, tag.value`.execute(tx);
  return rows;
}

/** Makes the partitions of this month and the next; answers how many were missing. */
export async function ensurePartitions(tx: Tx): Promise<number> {
  const { rows } = await sql<{ made: number }>`select reeve_ensure_receipt_partitions(1) as made`.execute(tx);
  return rows[0]?.made ?? 0;
}
