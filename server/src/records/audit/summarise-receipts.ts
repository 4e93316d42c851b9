/** Exact sums over receipts for whoever keeps a projection of them. */
import type { Tx } from '#platform/database/port.ts';
import { listChainEnds, sumReceipts, sumTaggedReceipts, type SumsRow } from './receipt-store.ts';

/** Of each writer at a time: what is added up in one turn has to fit into memory. */
const PART_RECEIPTS = 100_000n;

/** Per writer the number of the last receipt already counted. */
export type WriterCursors = ReadonlyMap<string, bigint>;

export interface ReceiptSums {
  tenantId: string;
  keyId: string | null;
  provider: string | null;
  modelId: string | null;
  /** UTC, `YYYY-MM-DD`. */
  day: string;
  requests: bigint;
  inputTokens: bigint;
  outputTokens: bigint;
  /** Without the `unpriced` receipts: their cost is not known. */
  costNanos: bigint;
  unpriced: bigint;
}

export interface TagSums extends ReceiptSums {
  tag: { key: string; value: string };
}

export interface SummedPart<Sums> {
  sums: Sums[];
  /** Behind the part. */
  cursors: WriterCursors;
  /** Receipts are left: ask again from there. */
  isMore: boolean;
}

/**
 * Sums of the receipts behind the cursors, and the cursors behind them. A writer's numbers have no gap and become visible in
 * order, so nothing is counted twice or left out, with any number of writers. Runs as `projector`.
 */
export function summariseReceipts(tx: Tx, cursors: WriterCursors): Promise<SummedPart<ReceiptSums>> {
  return sumPart(tx, cursors, async (writerId, from, to) => (await sumReceipts(tx, writerId, from, to)).map(toSums));
}

/** The same by tag: a receipt counts for each tag that it carries, and for none where it carries none. */
export function summariseTags(tx: Tx, cursors: WriterCursors): Promise<SummedPart<TagSums>> {
  return sumPart(tx, cursors, async (writerId, from, to) => {
    const rows = await sumTaggedReceipts(tx, writerId, from, to);
    return rows.map((row) => ({ ...toSums(row), tag: { key: row.tag_key, value: row.tag_value } }));
  });
}

async function sumPart<Sums>(
  tx: Tx,
  cursors: WriterCursors,
  sum: (writerId: string, from: bigint, to: bigint) => Promise<Sums[]>,
): Promise<SummedPart<Sums>> {
  const sums: Sums[] = [];
  const moved = new Map(cursors);
  let isMore = false;
  for (const { writerId, seq: end } of await listChainEnds(tx)) {
    const from = cursors.get(writerId) ?? 0n;
    if (end <= from) continue;
    const to = end - from > PART_RECEIPTS ? from + PART_RECEIPTS : end;
    isMore ||= to < end;
    for (const found of await sum(writerId, from, to)) sums.push(found);
    moved.set(writerId, to);
  }
  return { sums, cursors: moved, isMore };
}

function toSums(row: SumsRow): ReceiptSums {
  return {
    tenantId: row.tenant_id,
    keyId: row.key_id,
    provider: row.provider,
    modelId: row.model_id,
    day: row.day,
    requests: BigInt(row.requests),
    inputTokens: BigInt(row.input_tokens),
    outputTokens: BigInt(row.output_tokens),
    costNanos: BigInt(row.cost_nanos),
    unpriced: BigInt(row.unpriced),
  };
}
