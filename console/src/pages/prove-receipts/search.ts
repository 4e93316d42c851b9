/** What stands in this page's URL: the filters by the names that the API gives them, the order, the open receipt. */
import type { Query } from '#api';
import { dropAbsent, readChoice, readText, type RawSearch } from '#app';

export type ReceiptFilter = Query<'GET /api/v1/receipts/facets'>;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Spans back from now. */
export const SPANS = {
  '15m': 15 * MINUTE_MS,
  '1h': 60 * MINUTE_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
} as const;
export type SpanName = keyof typeof SPANS;
export const SPAN_NAMES = ['15m', '1h', '24h', '7d', '30d'] as const satisfies readonly SpanName[];
export const STATUSES = ['ok', 'failed', 'denied', 'aborted', 'assumed'] as const;

export function parseReceiptsSearch(search: RawSearch) {
  return dropAbsent({
    /** A span back from now; else `from` and `to`, ISO 8601. */
    span: readChoice(search['span'], SPAN_NAMES),
    from: readText(search['from']),
    to: readText(search['to']),
    status: readChoice(search['status'], STATUSES),
    provider: readText(search['provider']),
    model: readText(search['model']),
    key_id: readText(search['key_id']),
    decision: readChoice(search['decision'], ['allow', 'deny']),
    surface: readText(search['surface']),
    stream: readChoice(search['stream'], ['true', 'false']),
    fallback: readChoice(search['fallback'], ['true', 'false']),
    trace_id: readText(search['trace_id']),
    tag: readText(search['tag']),
    cost_min: readText(search['cost_min']),
    cost_max: readText(search['cost_max']),
    latency_min: readText(search['latency_min']),
    order: readChoice(search['order'], ['oldest']),
    open: readText(search['open']),
  });
}

export type ReceiptsSearch = ReturnType<typeof parseReceiptsSearch>;
export type Asked = Omit<ReceiptsSearch, 'open' | 'order'>;

/** What the API is asked, `nowMs` being the server's time. */
export function toFilter({ span, ...asked }: Asked, nowMs: number): ReceiptFilter {
  return span === undefined ? asked : { ...asked, from: new Date(nowMs - SPANS[span]).toISOString() };
}
