/** Checks what the database holds against the chain that its writers made. */
import { asWriterId } from '#kernel';
import type { Tx } from '#platform/database/port.ts';
import { GENESIS_HASH, verifyChain, type ChainFault, type ChainReport } from './receipt-chain.ts';
import { listChainEnds, readChain } from './receipt-store.ts';

const PAGE_RECEIPTS = 1000;
const FAULTS_MAX = 100;

/**
 * Walks one writer's receipts from its first: numbers without gap or repetition, each hash, each link, and the columns
 * that repeat the body. Stops after 100 faults. Runs as `projector` or `operator`. `onReceipts` hears from time to time
 * how many are checked.
 */
export async function verifyWriterChain(
  tx: Tx,
  writerId: string,
  onReceipts?: (checked: number) => void,
): Promise<ChainReport> {
  const faults: ChainFault[] = [];
  let head = { writerId: asWriterId(writerId), seq: 0, hash: GENESIS_HASH };
  let receipts = 0;
  for (;;) {
    const rows = await readChain(tx, writerId, head.seq, PAGE_RECEIPTS);
    const report = verifyChain(head, rows);
    faults.push(...report.faults, ...rows.flatMap(compareColumns));
    receipts += report.receipts;
    head = report.head;
    onReceipts?.(receipts);
    if (rows.length < PAGE_RECEIPTS || faults.length >= FAULTS_MAX) return { head, receipts, faults };
  }
}

/** Every writer's chain; see `verifyWriterChain`. `onReceipts` counts through all of them. */
export async function verifyAllChains(tx: Tx, onReceipts?: (checked: number) => void): Promise<ChainReport[]> {
  const reports: ChainReport[] = [];
  let before = 0;
  for (const { writerId } of await listChainEnds(tx)) {
    const report = await verifyWriterChain(tx, writerId, (checked) => onReceipts?.(before + checked));
    before += report.receipts;
    reports.push(report);
  }
  return reports;
}

function compareColumns(row: Awaited<ReturnType<typeof readChain>>[number]): ChainFault[] {
  const { body, seq } = row;
  const pairs: [string, unknown, unknown][] = [
    ['id', row.id, body.id],
    ['tenant_id', row.tenant_id, body.tenant_id],
    ['created_at', Date.parse(row.created_at), Date.parse(body.created_at)],
    ['key_id', row.key_id, body.key_id],
    ['status', row.status, body.status],
    ['provider', row.provider, body.model?.provider ?? null],
    ['model_id', row.model_id, body.model?.model_id ?? null],
    ['prompt_tokens', row.prompt_tokens, body.token_usage.prompt],
    ['completion_tokens', row.completion_tokens, body.token_usage.completion],
    ['cost_nanos', row.cost_nanos, body.cost_nanos],
    ['latency_ms', row.latency_ms, body.latency_ms],
    ['seq', row.seq, body.seq],
  ];
  return pairs
    .filter(([, column, value]) => column !== value)
    .map(([name]) => ({ seq, what: `column ${name} differs` }));
}
