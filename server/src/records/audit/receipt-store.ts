/** The only SQL on `receipt`. */
import { sql } from 'kysely';
import type { ReceiptBody, ReceiptStatus } from '@reeve/contracts';
import type { Tx } from '#platform/database/port.ts';
import type { Tags } from './ledger.ts';
import type { SealedReceipt } from './receipt-chain.ts';

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
  const rows = `[${receipts.map(({ row }) => row).join(',')}]`;
  const { numAffectedRows = 0n } = await sql`
    insert into receipt (id, tenant_id, created_at, key_id, status, provider, model_id, prompt_tokens,
      completion_tokens, cost_nanos, latency_ms, writer_id, seq, hash, body, tags)
    select r.id, b.tenant_id, b.created_at, b.key_id, b.status, b.model->>'provider', b.model->>'model_id',
      (b.token_usage->>'prompt')::bigint, (b.token_usage->>'completion')::bigint, b.cost_nanos, b.latency_ms,
      b.writer_id, r.seq, r.hash, r.body, r.tags
    from jsonb_to_recordset(${rows}::jsonb) as r(hash text, id text, seq bigint, tags jsonb, body jsonb),
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

export interface ReceiptFilter {
  status: string | null;
  /** `provider/model` or the model's own name. */
  model: string | null;
  keyId: string | null;
  /** ISO 8601; `from` inclusive, `to` exclusive. */
  from: string | null;
  to: string | null;
}

/** The next receipts of the tenant in order of creation, at most `count`, behind `after` (moment and id). */
export async function listReceipts(
  tx: Tx,
  tenantId: string,
  filter: ReceiptFilter,
  page: { after: readonly string[] | null; count: number },
): Promise<StoredReceipt[]> {
  const { status, model, keyId, from, to } = filter;
  let query = tx
    .withTables<ReceiptTables>()
    .selectFrom('receipt')
    .select(['body', 'hash', 'tags'])
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at')
    .orderBy('id')
    .limit(page.count);
  if (page.after !== null) {
    const [createdAt = '', id = ''] = page.after;
    query = query.where(sql<boolean>`(created_at, id) > (${createdAt}::timestamptz, ${id})`);
  }
  if (status !== null) query = query.where(sql<boolean>`status = ${status}`);
  if (keyId !== null) query = query.where('key_id', '=', keyId);
  if (model !== null)
    query = query.where(sql<boolean>`(model_id = ${model} or provider || '/' || model_id = ${model})`);
  if (from !== null) query = query.where('created_at', '>=', from);
  if (to !== null) query = query.where('created_at', '<', to);
  return query.execute();
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
}

/** Exact sums over the writer's receipts with `from` < seq ≤ `to`, by tenant, key, model and UTC day. */
export async function sumReceipts(tx: Tx, writerId: string, from: bigint, to: bigint): Promise<SumsRow[]> {
  const { rows } = await sql<SumsRow>`
    select tenant_id, key_id, provider, model_id, (created_at at time zone 'UTC')::date as day,
      count(*)::text as requests, sum(prompt_tokens)::text as input_tokens,
      sum(completion_tokens)::text as output_tokens, coalesce(sum(cost_nanos), 0)::text as cost_nanos
    from receipt where writer_id = ${writerId} and seq > ${from} and seq <= ${to}
    group by 1, 2, 3, 4, 5`.execute(tx);
  return rows;
}

/** Makes the partitions of this month and the next; answers how many were missing. */
export async function ensurePartitions(tx: Tx): Promise<number> {
  const { rows } = await sql<{ made: number }>`select reeve_ensure_receipt_partitions(1) as made`.execute(tx);
  return rows[0]?.made ?? 0;
}
