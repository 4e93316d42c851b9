/** Exact sums over receipts for whoever keeps a projection of them. */
import type { Tx } from '#platform/database/port.ts';
import { listChainEnds, sumReceipts } from './receipt-store.ts';

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
  /** Receipts without a price count as 0. */
  costNanos: bigint;
}

/**
 * Sums of all receipts behind the cursors, and the cursors behind them. A writer's numbers have no gap and become visible in
 * order, so nothing is counted twice or left out, with any number of writers. Runs as `projector`.
 */
export async function summariseReceipts(
  tx: Tx,
  cursors: WriterCursors,
): Promise<{ sums: ReceiptSums[]; cursors: WriterCursors }> {
  const sums: ReceiptSums[] = [];
  const moved = new Map(cursors);
  for (const { writerId, seq: to } of await listChainEnds(tx)) {
    const from = cursors.get(writerId) ?? 0n;
    if (to <= from) continue;
    for (const row of await sumReceipts(tx, writerId, from, to)) {
      sums.push({
        tenantId: row.tenant_id,
        keyId: row.key_id,
        provider: row.provider,
        modelId: row.model_id,
        day: row.day,
        requests: BigInt(row.requests),
        inputTokens: BigInt(row.input_tokens),
        outputTokens: BigInt(row.output_tokens),
        costNanos: BigInt(row.cost_nanos),
      });
    }
    moved.set(writerId, to);
  }
  return { sums, cursors: moved };
}
