import Type from 'typebox';
import type { Ledger } from '#audit';
import { AppError, buildPage, PAGE_QUERY, pageSchema, parsePage, type JsonRoute, type RouteRequest } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import type { UsageProjection } from './usage-projection.ts';
import { listUsage, totalUsage, type UsageFilter, type UsageRow, type UsageTotal } from './usage-store.ts';

const PATH = '/api/v1/usage';
/** An integer of any size: sums may pass what a double holds exactly. */
const Count = Type.Integer();
const Nullable = Type.Union([Type.String(), Type.Null()]);
const Sums = { requests: Count, input_tokens: Count, output_tokens: Count, cost_nanos: Count };
const Row = Type.Object({ day: Type.String(), key_id: Nullable, provider: Nullable, model_id: Nullable, ...Sums });
const Reply = Type.Object({ ...pageSchema(Row).properties, total: Type.Object(Sums) });

const Query = Type.Object({
  ...PAGE_QUERY,
  from: Type.Optional(Type.String({ description: 'First UTC day, inclusive: YYYY-MM-DD or midnight UTC.' })),
  to: Type.Optional(Type.String({ description: 'UTC day before which to stop: YYYY-MM-DD or midnight UTC.' })),
  key_id: Type.Optional(Type.String()),
  model: Type.Optional(Type.String({ description: 'provider/model, or the model name.' })),
});

const SORT_KEY = [/^\d{4}-\d{2}-\d{2}$/, /^[\w-]*$/, /^.*$/, /^.*$/];
const DAY = /^(\d{4}-\d{2}-\d{2})(T00:00(:00(\.0+)?)?(Z|\+00:00))?$/;

/** `GET /api/v1/usage`: exact sums by day, key and model, over all time unless `from` and `to` say otherwise. */
export function createUsageRoute(deps: { database: Database; ledger: Ledger; projection: UsageProjection }): JsonRoute {
  return {
    kind: 'json',
    method: 'GET',
    path: PATH,
    permission: 'usage:read',
    summary: 'Usage by day, key and model; equals the sum over receipts of every status.',
    schema: { query: Query, reply: { 200: Reply } },
    async handle({ scope, query }: RouteRequest) {
      const filter = toFilter(query);
      const page = parsePage(query, SORT_KEY);
      await deps.ledger.settled();
      await deps.projection.catchUp();
      const { rows, total } = await deps.database.forTenant(scope, async (tx) => ({
        rows: await listUsage(tx, filter, { ...page, limit: page.limit + 1 }),
        total: await totalUsage(tx, filter),
      }));
      const listing = buildPage({ path: PATH, query, page, rows, toItem, sortKeyOf });
      return { status: 200, body: { ...listing, total: toSums(total) } };
    },
  };
}

function toFilter(query: Readonly<Record<string, unknown>>): UsageFilter {
  return {
    from: toDay(query['from'], 'from'),
    to: toDay(query['to'], 'to'),
    keyId: toText(query['key_id']),
    model: toText(query['model']),
  };
}

function toDay(value: unknown, param: string): string | null {
  if (value === undefined) return null;
  const [, day] = DAY.exec(String(value)) ?? [];
  if (day !== undefined && !Number.isNaN(Date.parse(day))) return day;
  const message = `"${param}" takes a UTC day (2026-11-21) or its midnight (2026-11-21T00:00:00Z): usage is kept by day.`;
  throw new AppError('invalid_request', { message, param });
}

function toText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function toItem(row: UsageRow) {
  const { day, keyId, provider, modelId } = row;
  return { day, key_id: keyId, provider, model_id: modelId, ...toSums(row) };
}

function sortKeyOf(row: UsageRow): string[] {
  return [row.day, row.keyId ?? '', row.provider ?? '', row.modelId ?? ''];
}

function toSums(sums: UsageTotal) {
  return {
    requests: sums.requests,
    input_tokens: sums.inputTokens,
    output_tokens: sums.outputTokens,
    cost_nanos: sums.costNanos,
  };
}
