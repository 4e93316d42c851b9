/** `GET /api/v1/receipts` and `GET /api/v1/receipts/{id}`. */
import { RECEIPT_STATUSES, ReceiptIdSchema, ReceiptSchema } from '@reeve/contracts';
import Type from 'typebox';
import {
  AppError,
  PAGE_QUERY,
  buildPage,
  createChecker,
  idTimestampMs,
  pageSchema,
  parsePage,
  type JsonRoute,
} from '#kernel';
import type { Database } from '#platform/database/port.ts';
import type { Ledger } from './ledger.ts';
import { findReceipt, listReceipts, type StoredReceipt } from './receipt-store.ts';

const PATH = '/api/v1/receipts';
/** An id and the moment of its receipt are made together, so the id says where to look. */
const CREATED_WITHIN_MS = 60_000;

/** Years of more than four digits are written otherwise, and no store takes them. */
const LAST_MS = Date.UTC(9999, 0);

const SORT_KEY = [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, /^rcp_[0-9a-z]{26}$/];

const MomentSchema = Type.String({
  pattern: '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,6})?)?(Z|[+-]\\d\\d:\\d\\d))?$',
});

const QuerySchema = Type.Object({
  ...PAGE_QUERY,
  status: Type.Optional(Type.Union(RECEIPT_STATUSES.map((status) => Type.Literal(status)))),
  model: Type.Optional(Type.String({ description: '`provider/model` or the model alone.' })),
  key_id: Type.Optional(Type.String()),
  from: Type.Optional(MomentSchema),
  to: Type.Optional(MomentSchema),
});
const parseQuery = createChecker(QuerySchema);
const receiptId = createChecker(ReceiptIdSchema);

const LinkedReceiptSchema = Type.Object({
  ...ReceiptSchema.properties,
  links: Type.Object({ self: Type.String() }),
});

export function receiptRoutes({ database, ledger }: { database: Database; ledger: Ledger }): JsonRoute[] {
  return [listRoute(database, ledger), getRoute(database, ledger)];
}

function listRoute(database: Database, ledger: Ledger): JsonRoute {
  return {
    kind: 'json',
    method: 'GET',
    path: PATH,
    permission: 'receipts:read',
    summary: 'Receipts of the tenant, oldest first',
    schema: { query: QuerySchema, reply: { 200: pageSchema(LinkedReceiptSchema) } },
    async handle({ scope, query }) {
      const { status, model, key_id: keyId, from, to } = parseQuery.parse(query);
      const page = parsePage(query, SORT_KEY);
      toMoment('after', page.after?.[0]);
      const filter = {
        status: status ?? null,
        model: model ?? null,
        keyId: keyId ?? null,
        from: toMoment('from', from),
        to: toMoment('to', to),
      };
      await ledger.settled();
      const rows = await database.forTenant(scope, (tx) =>
        listReceipts(tx, scope.tenantId, filter, { after: page.after, count: page.limit + 1 }),
      );
      const sortKeyOf = ({ body }: StoredReceipt): string[] => [body.created_at, body.id];
      return { status: 200, body: buildPage({ path: PATH, query, page, rows, toItem, sortKeyOf }) };
    },
  };
}

function getRoute(database: Database, ledger: Ledger): JsonRoute {
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

/** A day alone is its beginning in UTC. Throws for moments that a receipt cannot have. */
function toMoment(field: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  const ms = Date.parse(text);
  if (ms >= 0 && ms <= LAST_MS) return toIso(ms);
  throw new AppError('invalid_request', { message: `"${field}" is no moment.`, param: field });
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
