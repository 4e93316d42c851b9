/** What stands in this page's URL. Days are UTC days, as usage is kept; `to` is the last day that counts. */
import { dropAbsent, readChoice, readText, type RawSearch } from '#app';

export const SPANS = { '7d': 7, '30d': 30, '90d': 90, all: null } as const;
export const SPAN_NAMES = ['7d', '30d', '90d', 'all'] as const satisfies readonly (keyof typeof SPANS)[];
export const MEASURES = ['cost_nanos', 'requests', 'input_tokens', 'output_tokens'] as const;
export const GROUPS = ['model', 'key', 'tag'] as const;
export type Measure = (typeof MEASURES)[number];
export type Group = (typeof GROUPS)[number];

const DAY = /^\d{4}-\d\d-\d\d$/;
const DAY_MS = 86_400_000;
const DEFAULT_SPAN = '30d';

export function parseUsageSearch(search: RawSearch) {
  return dropAbsent({
    /** Days back from today; else `from` and `to`. */
    span: readChoice(search['span'], SPAN_NAMES),
    from: readDay(search['from']),
    to: readDay(search['to']),
    model: readText(search['model']),
    key_id: readText(search['key_id']),
    tag: readText(search['tag']),
    /** What the chart shows. */
    measure: readChoice(search['measure'], MEASURES),
    /** What the table is by. */
    by: readChoice(search['by'], GROUPS),
  });
}

export type UsageSearch = ReturnType<typeof parseUsageSearch>;
/** `undefined` takes something out of the URL. */
export type ChangeUsage = (change: { [Name in keyof UsageSearch]?: UsageSearch[Name] | undefined }) => void;

function readDay(value: unknown): string | undefined {
  const text = readText(value) ?? '';
  return DAY.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined;
}

/** The span in force; `null`: days of one's own. */
export function spanOf({ span, from, to }: UsageSearch): (typeof SPAN_NAMES)[number] | null {
  return span ?? (from === undefined && to === undefined ? DEFAULT_SPAN : null);
}

/** What the API is asked: `to` is exclusive there. `nowMs` is the server's time. */
export function toQuestion(search: UsageSearch, nowMs: number) {
  const { model, key_id: key, tag } = search;
  const span = spanOf(search);
  const days = span === null ? null : SPANS[span];
  const from = span === null ? search.from : days === null ? undefined : addDays(dayOf(nowMs), 1 - days);
  const to = span === null && search.to !== undefined ? addDays(search.to, 1) : undefined;
  return dropAbsent({ from, to, model, key_id: key, tag });
}

export type Question = ReturnType<typeof toQuestion>;

export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

export function addDays(day: string, days: number): string {
  return dayOf(Date.parse(day) + days * DAY_MS);
}

/** Every day from `first` to `last`, both of them too. */
export function listDays(first: string, last: string): string[] {
  const count = Math.max(0, Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS)) + 1;
  return Array.from({ length: count }, (_, index) => addDays(first, index));
}
