/** `GET /api/v1/receipts`, its facets, and `GET /api/v1/receipts/{id}`. */
import { ReceiptIdSchema, ReceiptSchema } from '@reeve/contracts';
import Type from 'typebox';
import {
  AppError,
  PAGE_QUERY,
  buildPage,
  createChecker,
  idTimestampMs,
  isMoment,
  pageSchema,
  parsePage,
  type JsonRoute,
  type Route,
} from '#kernel';
import type { Database } from '#platform/database/port.ts';
import type { Ledger } from './ledger.ts';
import { exportRoute } from './receipt-export-routes.ts';
import { FILTER_QUERY, LAST_MS, parseFilter, toMoment } from './receipt-query.ts';
import { COUNTED_MAX, countFacets, findReceipt, listReceipts, type StoredReceipt } from './receipt-store.ts';

const PATH = '/api/v1/receipts';
/** An id and the moment of its receipt are made together, so the id says where to look. */
const CREATED_WITHIN_MS = 60_000;

const SORT_KEY = [{ test: isMoment }, /^rcp_[0-9a-z]{26}$/];

const ListQuerySchema = Type.Object({
  ...PAGE_QUERY,
  ...FILTER_QUERY,
  order: Type.Optional(
    Type.Union([Type.Literal('oldest'), Type.Literal('newest')], {
      description: 'Which stands first. Default oldest.',
    }),
  ),
});
const parseListQuery = createChecker(ListQuerySchema);
const receiptId = createChecker(ReceiptIdSchema);

const LinkedReceiptSchema = Type.Object({
  ...ReceiptSchema.properties,
  links: Type.Object({ self: Type.String() }),
});

const NullableText = Type.Union([Type.String(), Type.Null()]);
const FacetSchema = Type.Array(Type.Object({ value: NullableText, count: Type.Integer() }));
const FacetsSchema = Type.Object({
  facets: Type.Object({
    status: FacetSchema,
    model: FacetSchema,
    key_id: FacetSchema,
    decision: FacetSchema,
    surface: FacetSchema,
  }),
  matched: Type.Integer({ description: 'Examined receipts that fit the whole filter.' }),
  examined: Type.Integer({ description: 'The newest within `from` and `to`, at most 10,000.' }),
  truncated: Type.Boolean({ description: 'Older ones were not examined.' }),
  since: NullableText,
});

interface ReceiptSources {
  database: Database;
  ledger: Ledger;
  now(): number;
}

export function receiptRoutes(sources: ReceiptSources): Route[] {
  return [listRoute(sources), facetsRoute(sources), exportRoute(sources), getRoute(sources)];
}

function listRoute({ database, ledger }: ReceiptSources): JsonRoute {
  return {
    kind: 'json',
    method: 'GET',
    path: PATH,
    permission: 'receipts:read',
    summary: 'Receipts of the tenant, oldest first unless asked otherwise',
    schema: { query: ListQuerySchema, reply: { 200: pageSchema(LinkedReceiptSchema) } },
    async handle({ scope, query }) {
      const { order = 'oldest' } = parseListQuery.parse(query);
      const filter = parseFilter(query);
      const page = parsePage(query, SORT_KEY);
      toMoment('after', page.after?.[0]);
      await ledger.settled();
      const { rows, stoppedAt } = await database.forTenant(scope, (tx) =>
        listReceipts(tx, scope.tenantId, filter, { order, after: page.after, count: page.limit + 1 }),
      );
      const sortKeyOf = ({ body }: StoredReceipt): string[] => [body.created_at, body.id];
      return { status: 200, body: buildPage({ path: PATH, query, page, rows, toItem, sortKeyOf, stoppedAt }) };
    },
  };
}

function facetsRoute({ database, ledger }: ReceiptSources): JsonRoute {
  return {
    kind: 'json',
    method: 'GET',
    path: `${PATH}/facets`,
    permission: 'receipts:read',
    summary: 'How often each status, model, key, decision and surface stands in the newest receipts that fit',
    schema: { query: Type.Object(FILTER_QUERY), reply: { 200: FacetsSchema } },
    async handle({ scope, query }) {
      const filter = parseFilter(query);
      await ledger.settled();
      const counts = await database.forTenant(scope, (tx) => countFacets(tx, scope.tenantId, filter));
      return { status: 200, body: { ...counts, truncated: counts.examined === COUNTED_MAX } };
    },
  };
}

function getRoute({ database, ledger }: ReceiptSources): JsonRoute {
  return {
    kind: 'json',
    method: 'GET',
    path: `${PATH}/:id`,
    permission: 'receipts:read',
    summary: 'One receipt with its hash and proof',
    schema: { params: Type.Object({ id: Type.String() }), reply: { 200: LinkedReceiptSchema } },
    async handle({ scope, params }) {
      const { id = '' } = params;
      if (receiptId.faults(id).length > 0) throw new AppError('not_found');
      await ledger.settled();
      const madeMs = idTimestampMs(id);
      if (madeMs > LAST_MS) throw new AppError('not_found');
      const created = { from: toIso(madeMs - CREATED_WITHIN_MS), to: toIso(madeMs + CREATED_WITHIN_MS) };
      const found = await database.forTenant(scope, (tx) => findReceipt(tx, scope.tenantId, id, created));
      if (found === null) throw new AppError('not_found');
      return { status: 200, body: toItem(found) };
    },
  };
}

function toItem({ body, hash, tags }: StoredReceipt) {
  return { ...body, hash, proof: null, tags, links: { self: `${PATH}/${body.id}` } };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
