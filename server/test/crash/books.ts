/** The auditor of the crash tests: what must hold between answers, receipts, dispatched requests and usage. */
import type { ReceiptView, UsageTotal } from '../rigs/api.ts';
import { verifyReceipts } from '../rigs/verify-receipts.ts';

export interface Acknowledged {
  receiptId: string;
  traceId: string;
  /** Only plain answers say it. */
  costNanos: number | null;
}

export interface LedgerReceipt extends ReceiptView {
  trace_id: string;
}

export interface Books {
  /** Answers that reached the caller whole. */
  acknowledged: readonly Acknowledged[];
  /** Trace ids of the requests that reached the provider. */
  dispatched: readonly string[];
  receipts: readonly LedgerReceipt[];
  usage: UsageTotal;
}

/** What the calls that nobody got an answer for may have become. */
const OPEN_STATUSES: ReadonlySet<string> = new Set(['assumed', 'ok', 'aborted']);

/** One line for each thing that does not agree; empty when the books are right. */
export async function findBookFaults(books: Books): Promise<string[]> {
  const { faults: chainFaults } = await verifyReceipts(books.receipts);
  return [
    ...findLost(books),
    ...findDoubled(books),
    ...findUnsettled(books),
    ...chainFaults,
    ...findUsageFaults(books),
  ];
}

export function sumUsage(receipts: readonly ReceiptView[]): UsageTotal {
  const sum = (read: (receipt: ReceiptView) => number): number =>
    receipts.reduce((total, receipt) => total + read(receipt), 0);
  return {
    requests: receipts.length,
    input_tokens: sum((receipt) => receipt.token_usage.prompt),
    output_tokens: sum((receipt) => receipt.token_usage.completion),
    cost_nanos: sum((receipt) => receipt.cost_nanos ?? 0),
    unpriced: sum((receipt) => (receipt.cost_nanos === null ? 1 : 0)),
  };
}

function findLost({ acknowledged, dispatched, receipts }: Books): string[] {
  const byId = new Map(receipts.map((receipt) => [receipt.id, receipt]));
  const traces = new Set(receipts.map((receipt) => receipt.trace_id));
  const lost = acknowledged.flatMap(({ receiptId, costNanos }) => {
    const receipt = byId.get(receiptId);
    if (receipt === undefined) return [`${receiptId}: answered, and no receipt`];
    if (receipt.status !== 'ok') return [`${receiptId}: answered, and its receipt says ${receipt.status}`];
    const agrees = costNanos === null || costNanos === receipt.cost_nanos;
    return agrees ? [] : [`${receiptId}: answered as ${costNanos} nanos, booked as ${receipt.cost_nanos}`];
  });
  const unknown = dispatched
    .filter((trace) => !traces.has(trace))
    .map((trace) => `${trace}: dispatched, and no receipt`);
  return [...lost, ...unknown];
}

function findDoubled({ receipts }: Books): string[] {
  const seen = new Set<string>();
  return receipts.flatMap(({ id, trace_id: trace }) => {
    const faults = [id, trace].filter((mark) => seen.has(mark)).map((mark) => `${mark}: settled twice`);
    seen.add(id).add(trace);
    return faults;
  });
}

function findUnsettled({ acknowledged, receipts }: Books): string[] {
  const answered = new Set(acknowledged.map(({ receiptId }) => receiptId));
  return receipts.flatMap(({ id, status, cost_nanos: costNanos }) => {
    if (answered.has(id)) return [];
    if (!OPEN_STATUSES.has(status)) return [`${id}: nobody got an answer, and its receipt says ${status}`];
    return status === 'assumed' && (costNanos ?? 0) <= 0 ? [`${id}: assumed at no cost`] : [];
  });
}

function findUsageFaults({ receipts, usage }: Books): string[] {
  const expected = sumUsage(receipts);
  const names = ['requests', 'input_tokens', 'output_tokens', 'cost_nanos', 'unpriced'] as const;
  return names
    .filter((name) => usage[name] !== expected[name])
    .map((name) => `usage: ${name} is ${usage[name]}, the receipts say ${expected[name]}`);
}
