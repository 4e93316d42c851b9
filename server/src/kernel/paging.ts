/** Keyset paging of every listing of the management API: `?limit=&after=` → `{ data, next, links }`. */
import Type, { type TSchema } from 'typebox';
import { AppError } from './app-error.ts';
import type { HttpMethod } from './plugin.ts';

/** What a listing was asked for. */
export interface PageRequest {
  /** 1–500. A store fetches `limit + 1` rows, so that it is known whether more follow. */
  limit: number;
  /** The sort key of the last row already seen, `null` at the start. */
  after: readonly string[] | null;
}

/** How one part of a sort key looks. */
export type KeyForm = Pick<RegExp, 'test'>;

/** What else the caller may do with a listing or an item of it. */
export interface Action {
  method: HttpMethod;
  href: string;
}

export interface PageReply<Item> {
  data: Item[];
  next: string | null;
  links: { self: string; next: string | null; actions: Readonly<Record<string, Action>> };
}

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;

type Query = Readonly<Record<string, unknown>>;

/**
 * Reads `limit` (default 50, more than 500 counts as 500) and `after` from a query string's values. `sortKey` says
 * how each part of the listing's sort key looks; a cursor that fits no row of any listing is `invalid_request`.
 */
export function parsePage(query: Query, sortKey: readonly KeyForm[]): PageRequest {
  return { limit: parseLimit(query['limit']), after: parseCursor(query['after'], sortKey) };
}

interface PageParts<Row, Item> {
  /** The listing's path, for the links. */
  path: string;
  query: Query;
  page: PageRequest;
  /** Up to `limit + 1` rows in order. */
  rows: readonly Row[];
  toItem(row: Row): Item;
  /** The row's sort key, part by part, as `parsePage` expects it back. */
  sortKeyOf(row: Row): readonly string[];
  /** Where a search of bounded cost stopped before it had a whole page: the sort key from which the next goes on. */
  stoppedAt?: readonly string[] | null;
  actions?: Readonly<Record<string, Action>>;
}

/** The reply of a listing; filters of the query stay in its links. */
export function buildPage<Row, Item>(parts: PageParts<Row, Item>): PageReply<Item> {
  const { page, path, query, rows } = parts;
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const isFull = rows.length > page.limit && last !== undefined;
  const nextKey = isFull ? parts.sortKeyOf(last) : (parts.stoppedAt ?? null);
  const next = nextKey === null ? null : encodeCursor(nextKey);
  return {
    data: shown.map((row) => parts.toItem(row)),
    next,
    links: {
      self: toHref(path, query),
      next: next === null ? null : toHref(path, { ...query, after: next }),
      actions: parts.actions ?? {},
    },
  };
}

/** The query fields of a listing, to be spread into the route's query schema. Query values are texts. */
export const PAGE_QUERY = {
  limit: Type.Optional(Type.String({ pattern: '^[0-9]+$', description: '1–500; more counts as 500. Default 50.' })),
  after: Type.Optional(Type.String({ description: 'The `next` of the page before.' })),
};

/** One action as replies show it. */
export const ActionSchema = Type.Object({ method: Type.String(), href: Type.String() });

/** The schema of a listing's reply. */
export function pageSchema<Item extends TSchema>(item: Item) {
  const nullableText = Type.Union([Type.String(), Type.Null()]);
  return Type.Object({
    data: Type.Array(item),
    next: nullableText,
    links: Type.Object({ self: Type.String(), next: nullableText, actions: Type.Record(Type.String(), ActionSchema) }),
  });
}

function parseLimit(value: unknown): number {
  if (value === undefined) return LIMIT_DEFAULT;
  const limit = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value)) ? Number(value) : 0;
  if (Number.isNaN(limit) || limit < 1) {
    throw new AppError('invalid_request', { message: '"limit" must be a whole number from 1 to 500.', param: 'limit' });
  }
  return Math.min(Math.floor(limit), LIMIT_MAX);
}

function parseCursor(value: unknown, sortKey: readonly KeyForm[]): readonly string[] | null {
  if (value === undefined) return null;
  const parts = typeof value === 'string' ? decodeCursor(value) : null;
  if (parts === null || parts.length !== sortKey.length || !sortKey.every((form, at) => form.test(parts[at] ?? ''))) {
    throw new AppError('invalid_request', { message: '"after" is not a cursor of this listing.', param: 'after' });
  }
  return parts;
}

function encodeCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

function decodeCursor(text: string): string[] | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string') ? parts : null;
  } catch {
    // Not ours: the caller of this function says so with the field's name.
    return null;
  }
}

function toHref(path: string, query: Query): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) pairs.append(name, String(value));
  return pairs.size === 0 ? path : `${path}?${pairs.toString()}`;
}
