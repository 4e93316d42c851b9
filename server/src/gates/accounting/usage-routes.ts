/** `GET /api/v1/usage` and `GET /api/v1/usage/export`: exact sums, over all time unless `from` and `to` say otherwise. */
import Type from 'typebox';
import type { Ledger } from '#audit';
import {
  buildPage,
  PAGE_QUERY,
  pageSchema,
  parsePage,
  toCsvLine,
  type HttpExchange,
  type JsonRoute,
  type RawRoute,
  type Route,
} from '#kernel';
import type { Database } from '#platform/database/port.ts';
import type { UsageProjection } from './usage-projection.ts';
import { parseQuestion, sortKeyOf, toSumsItem, toUsageItem, USAGE_QUERY, type UsageQuestion } from './usage-query.ts';
import { listUsage, totalUsage, USAGE_GROUPS, type UsageRow } from './usage-store.ts';

const PATH = '/api/v1/usage';
/** Of a page of the export that is held in memory. */
const PAGE_ROWS = 500;

/** An integer of any size: sums may pass what a double holds exactly. */
const Count = Type.Integer();
const Nullable = Type.Optional(Type.Union([Type.String(), Type.Null()]));
const Sums = {
  requests: Count,
  input_tokens: Count,
  output_tokens: Count,
  cost_nanos: Count,
  unpriced: Type.Integer({ description: 'Requests whose cost is not known: `cost_nanos` is without them.' }),
};
const Row = Type.Object({
  day: Type.Optional(Type.String()),
  key_id: Nullable,
  provider: Nullable,
  model_id: Nullable,
  tag_key: Type.Optional(Type.String()),
  tag_value: Type.Optional(Type.String()),
  ...Sums,
});
const Reply = Type.Object({ ...pageSchema(Row).properties, total: Type.Object(Sums) });

interface UsageSources {
  database: Database;
  ledger: Ledger;
  usage: UsageProjection;
  tagUsage: UsageProjection;
}

export function createUsageRoutes(sources: UsageSources): Route[] {
  return [usageRoute(sources), exportRoute(sources)];
}

function usageRoute(sources: UsageSources): JsonRoute {
  return {
    kind: 'json',
    method: 'GET',
    path: PATH,
    permission: 'usage:read',
    summary: 'Usage by day, key and model, or by one of them or by tag; equals the sum over receipts of every status.',
    schema: { query: Type.Object({ ...PAGE_QUERY, ...USAGE_QUERY }), reply: { 200: Reply } },
    async handle({ scope, query }) {
      const { by, filter } = parseQuestion(query);
      const page = parsePage(query, sortKeyOf(by));
      await catchUp(sources, { by, filter });
      const { rows, total } = await sources.database.forTenant(scope, async (tx) => ({
        rows: await listUsage(tx, by, filter, { ...page, limit: page.limit + 1 }),
        total: await totalUsage(tx, filter),
      }));
      const toItem = (row: UsageRow) => toUsageItem(by, row);
      const listing = buildPage({ path: PATH, query, page, rows, toItem, sortKeyOf: ({ group }) => group });
      return { status: 200, body: { ...listing, total: toSumsItem(total) } };
    },
  };
}

function exportRoute(sources: UsageSources): RawRoute {
  return {
    kind: 'raw',
    method: 'GET',
    path: `${PATH}/export`,
    permission: 'usage:read',
    role: 'control',
    summary: 'The rows of a question on usage as CSV',
    async handle(exchange) {
      const question = parseQuestion(exchange.query);
      await catchUp(sources, question);
      exchange.openStream(200, {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': 'attachment; filename="usage.csv"',
        'cache-control': 'no-store',
      });
      await writePages(sources.database, exchange, question);
      // What was given up half-way must not look whole.
      if (!exchange.signal.aborted) exchange.end();
    },
  };
}

async function writePages(database: Database, exchange: HttpExchange, { by, filter }: UsageQuestion): Promise<void> {
  await exchange.write(toCsvLine([...USAGE_GROUPS[by], ...Object.keys(Sums)]));
  let after: readonly string[] | null = null;
  do {
    const page: { limit: number; after: readonly string[] | null } = { limit: PAGE_ROWS, after };
    const rows = await database.forTenant(exchange.scope, (tx) => listUsage(tx, by, filter, page));
    const lines = rows.map((row) => toCsvLine([...row.group, ...Object.values(toSumsItem(row))]));
    await exchange.write(lines.join(''));
    after = rows.length === PAGE_ROWS ? (rows.at(-1)?.group ?? null) : null;
  } while (after !== null && !exchange.signal.aborted);
}

/** Tags first: what is counted by tag meanwhile is then in the total as well. */
async function catchUp({ ledger, usage, tagUsage }: UsageSources, { by, filter }: UsageQuestion): Promise<void> {
  await ledger.settled();
  if (by === 'tag' || filter.tag !== null) await tagUsage.catchUp();
  await usage.catchUp();
}
