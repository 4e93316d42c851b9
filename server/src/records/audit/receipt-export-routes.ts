/** `GET /api/v1/receipts/export`: every receipt that fits, streamed page by page at the reader's pace. */
import Type from 'typebox';
import { createChecker, toCsvLine, type CsvValue, type HttpExchange, type RawRoute } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import type { Ledger } from './ledger.ts';
import { FILTER_QUERY, parseFilter } from './receipt-query.ts';
import { listReceipts, type ReceiptPage, type StoredReceipt } from './receipt-store.ts';

const PATH = '/api/v1/receipts/export';
/** Of a page that is held in memory; each page is a transaction of its own, so that others come in between. */
const PAGE_RECEIPTS = 500;

const QuerySchema = Type.Object({
  ...FILTER_QUERY,
  format: Type.Optional(Type.Union([Type.Literal('jsonl'), Type.Literal('csv')])),
});
const parseQuery = createChecker(QuerySchema);

export function exportRoute(sources: { database: Database; ledger: Ledger; now(): number }): RawRoute {
  return {
    kind: 'raw',
    method: 'GET',
    path: PATH,
    permission: 'receipts:read',
    role: 'control',
    summary: 'Receipts that fit, oldest first, as JSON lines or CSV',
    async handle(exchange) {
      const { format = 'jsonl' } = parseQuery.parse(exchange.query);
      const filter = parseFilter(exchange.query);
      // Without an end, receipts that are made meanwhile would never let it end.
      const to = filter.to ?? new Date(sources.now()).toISOString();
      await sources.ledger.settled();
      exchange.openStream(200, headersOf(format));
      if (format === 'csv') await exchange.write(toCsvLine(COLUMNS.map(([name]) => name)));
      await writePages(sources.database, exchange, { ...filter, to }, format === 'csv' ? toCsvRow : toJsonLine);
      // What was given up half-way must not look whole.
      if (!exchange.signal.aborted) exchange.end();
    },
  };
}

async function writePages(
  database: Database,
  exchange: HttpExchange,
  filter: ReturnType<typeof parseFilter>,
  toLine: (receipt: StoredReceipt) => string,
): Promise<void> {
  const { scope, signal } = exchange;
  let after: readonly string[] | null = null;
  do {
    const page: ReceiptPage = { order: 'oldest', after, count: PAGE_RECEIPTS };
    const { rows, stoppedAt } = await database.forTenant(scope, (tx) => listReceipts(tx, scope.tenantId, filter, page));
    if (rows.length > 0) await exchange.write(rows.map(toLine).join(''));
    const last = rows.at(-1)?.body;
    after = rows.length === PAGE_RECEIPTS && last !== undefined ? [last.created_at, last.id] : stoppedAt;
  } while (after !== null && !signal.aborted);
}

function headersOf(format: 'jsonl' | 'csv'): Record<string, string> {
  return {
    'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl',
    'content-disposition': `attachment; filename="receipts.${format}"`,
    'cache-control': 'no-store',
  };
}

/** As the listing gives it, so that who verifies the one can verify the other. */
function toJsonLine({ body, hash, tags }: StoredReceipt): string {
  return `${JSON.stringify({ ...body, hash, proof: null, tags })}\n`;
}

function toCsvRow(receipt: StoredReceipt): string {
  return toCsvLine(COLUMNS.map(([, read]) => read(receipt)));
}

const COLUMNS: [name: string, read: (receipt: StoredReceipt) => CsvValue][] = [
  ['created_at', ({ body }) => body.created_at],
  ['id', ({ body }) => body.id],
  ['status', ({ body }) => body.status],
  ['error_code', ({ body }) => body.error_code],
  ['key_id', ({ body }) => body.key_id],
  ['decision', ({ body }) => body.policy.decision],
  ['policies', ({ body }) => body.policy.policies.join(' ')],
  ['requested_model', ({ body }) => body.requested_model],
  ['provider', ({ body }) => body.model?.provider ?? null],
  ['model_id', ({ body }) => body.model?.model_id ?? null],
  ['region', ({ body }) => body.region],
  ['surface', ({ body }) => body.surface],
  ['kind', ({ body }) => body.kind],
  ['stream', ({ body }) => body.stream],
  ['attempts', ({ body }) => body.attempts.length],
  ['prompt_tokens', ({ body }) => body.token_usage.prompt],
  ['completion_tokens', ({ body }) => body.token_usage.completion],
  ['cached_tokens', ({ body }) => body.token_usage.cached],
  ['usage_estimated', ({ body }) => body.token_usage.estimated],
  ['cost_nanos', ({ body }) => body.cost_nanos],
  ['price_version', ({ body }) => body.price_version],
  ['latency_ms', ({ body }) => body.latency_ms],
  ['first_byte_ms', ({ body }) => body.first_byte_ms],
  ['overhead_us', ({ body }) => body.overhead_us],
  ['trace_id', ({ body }) => body.trace_id],
  ['parent_receipt', ({ body }) => body.parent_receipt],
  ['tags', ({ tags }) => toTagText(tags)],
  ['writer_id', ({ body }) => body.writer_id],
  ['seq', ({ body }) => body.seq],
  ['prev_hash', ({ body }) => body.prev_hash],
  ['hash', ({ hash }) => hash],
];

function toTagText(tags: StoredReceipt['tags']): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}
