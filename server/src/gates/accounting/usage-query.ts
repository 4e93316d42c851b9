/** What usage can be asked for, read from a query string, and how its rows are told. */
import Type from 'typebox';
import { AppError, createChecker, isDay, type KeyForm } from '#kernel';
import { USAGE_GROUPS, type UsageFilter, type UsageGroup, type UsageRow, type UsageSums } from './usage-store.ts';

/** The filters' query fields, to be spread into a route's query schema. */
export const USAGE_QUERY = {
  from: Type.Optional(Type.String({ description: 'First UTC day, inclusive: YYYY-MM-DD or midnight UTC.' })),
  to: Type.Optional(Type.String({ description: 'UTC day before which to stop: YYYY-MM-DD or midnight UTC.' })),
  key_id: Type.Optional(Type.String()),
  model: Type.Optional(Type.String({ description: 'provider/model, or the model name.' })),
  tag: Type.Optional(
    Type.String({ pattern: '^[^=]+(=|$)', description: '`key=value`, or `key` alone for any value.' }),
  ),
  group_by: Type.Optional(
    Type.Union([Type.Literal('day'), Type.Literal('model'), Type.Literal('key'), Type.Literal('tag')], {
      description: 'One row for each. Absent: a row for each day, key and model.',
    }),
  ),
};

const queryChecker = createChecker(Type.Object(USAGE_QUERY));
const DAY = /^(\d{4}-\d{2}-\d{2})(T00:00(:00(\.0+)?)?(Z|\+00:00))?$/;

export interface UsageQuestion {
  by: UsageGroup;
  filter: UsageFilter;
}

/** Throws `AppError('invalid_request')` that names the field at fault. */
export function parseQuestion(query: Readonly<Record<string, unknown>>): UsageQuestion {
  const asked = queryChecker.parse(query);
  const filter = {
    from: toDay(asked.from, 'from'),
    to: toDay(asked.to, 'to'),
    keyId: asked.key_id || null,
    model: asked.model || null,
    tag: toTag(asked.tag),
  };
  return { by: asked.group_by ?? 'row', filter };
}

/** How the parts of a row's sort key look, in the order of the group's columns. */
export function sortKeyOf(by: UsageGroup): KeyForm[] {
  return USAGE_GROUPS[by].map((column) => (column === 'day' ? { test: isDay } : /^[^\0]*$/));
}

/** A row as the API tells it: the group's columns, then the sums. */
export function toUsageItem(by: UsageGroup, row: UsageRow) {
  const columns = USAGE_GROUPS[by].map((column, at): [string, string | null] => [
    column,
    NULLABLE.has(column) ? row.group[at] || null : (row.group[at] ?? ''),
  ]);
  return { ...Object.fromEntries(columns), ...toSumsItem(row) };
}

/** Receipts may be without them; a tag with an empty value is a tag. */
const NULLABLE = new Set<string>(['key_id', 'provider', 'model_id']);

export function toSumsItem(sums: UsageSums) {
  return {
    requests: sums.requests,
    input_tokens: sums.inputTokens,
    output_tokens: sums.outputTokens,
    cost_nanos: sums.costNanos,
    unpriced: sums.unpriced,
  };
}

function toDay(value: string | undefined, param: string): string | null {
  if (value === undefined) return null;
  const [, day] = DAY.exec(value) ?? [];
  if (day !== undefined && isDay(day)) return day;
  const message = `"${param}" takes a UTC day (2026-11-21) or its midnight (2026-11-21T00:00:00Z): usage is kept by day.`;
  throw new AppError('invalid_request', { message, param });
}

/** Values may hold `=`, keys may not. */
function toTag(text: string | undefined): UsageFilter['tag'] {
  if (text === undefined) return null;
  const at = text.indexOf('=');
  return at < 0 ? { key: text, value: null } : { key: text.slice(0, at), value: text.slice(at + 1) };
}
