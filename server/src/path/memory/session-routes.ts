/** `/api/v1/sessions`: the caller's own conversations, and nobody else's. */
import { ConversationIdSchema } from '@reeve/contracts';
import Type, { type Static } from 'typebox';
import {
  asConversationId,
  asEntryId,
  buildPage,
  isMoment,
  must,
  PAGE_QUERY,
  pageSchema,
  parsePage,
  type ConversationId,
  type JsonRoute,
  type RouteReply,
  type RouteRequest,
} from '#kernel';
import { appendEntry } from './append-entry.ts';
import {
  createConversation,
  readConversation,
  readConversations,
  readEntries,
  removeConversation,
  renameConversation,
  type MemoryDeps,
} from './keep-conversations.ts';
import type { Conversation } from './memory.ts';
import { searchConversations, sortKeyOf } from './search-conversations.ts';
import {
  AppendedSchema,
  EntryBodySchema,
  EntrySchema,
  RenameBodySchema,
  SessionBodySchema,
  SessionSchema,
  toEntryReply,
  toSessionReply,
} from './session-wire.ts';

const PATH = '/api/v1/sessions';
const SORT_KEY = [{ test: isMoment }, /^ses_[0-9a-z]{26}$/];
const ENTRY_SORT_KEY = [/^ent_[0-9a-z]{26}$/];
const ParamsSchema = Type.Object({ id: ConversationIdSchema });
const ListQuerySchema = Type.Object({
  ...PAGE_QUERY,
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Only those that hold this text.' })),
});
const base = { kind: 'json', permission: 'sessions:use' } as const;
const createAction = { create: { method: 'POST', href: PATH } } as const;

export function createSessionRoutes(deps: MemoryDeps): JsonRoute[] {
  return [...collectionRoutes(deps), ...memberRoutes(deps), ...entryRoutes(deps)];
}

function collectionRoutes(deps: MemoryDeps): JsonRoute[] {
  return [
    {
      ...base,
      method: 'POST',
      path: PATH,
      summary: 'Begin a conversation. It belongs to whoever makes it.',
      schema: { body: SessionBodySchema, reply: { 201: SessionSchema } },
      async handle({ scope, body }) {
        // Checked against the schema before.
        const { title = '', models = [] } = body as Static<typeof SessionBodySchema>;
        return { status: 201, body: toSessionReply(await createConversation(deps, scope, { title, models })) };
      },
    },
    {
      ...base,
      method: 'GET',
      path: PATH,
      summary:
        "The caller's conversations, the newest answer first. With `q` a part of them is searched at a time: while `next` is given, older ones are left.",
      schema: { query: ListQuerySchema, reply: { 200: pageSchema(SessionSchema) } },
      handle: (request) =>
        request.query['q'] === undefined ? replyWithPage(deps, request) : replyWithHits(deps, request),
    },
  ];
}

function memberRoutes(deps: MemoryDeps): JsonRoute[] {
  return [
    {
      ...base,
      method: 'GET',
      path: `${PATH}/:id`,
      summary: 'One conversation, without its entries.',
      schema: { params: ParamsSchema, reply: { 200: SessionSchema } },
      async handle({ scope, params }) {
        return { status: 200, body: toSessionReply(await readConversation(deps, scope, readId(params))) };
      },
    },
    {
      ...base,
      method: 'PATCH',
      path: `${PATH}/:id`,
      summary: 'Rename it.',
      schema: { params: ParamsSchema, body: RenameBodySchema, reply: { 200: SessionSchema } },
      async handle({ scope, params, body }) {
        const wish = body as Static<typeof RenameBodySchema>;
        const renamed = await renameConversation(deps, scope, { id: readId(params), ...wish });
        return { status: 200, body: toSessionReply(renamed) };
      },
    },
    {
      ...base,
      method: 'DELETE',
      path: `${PATH}/:id`,
      summary: 'Remove it with all its entries.',
      schema: { params: ParamsSchema, reply: { 204: Type.Null() } },
      async handle({ scope, params }) {
        await removeConversation(deps, scope, readId(params));
        return { status: 204 };
      },
    },
  ];
}

function entryRoutes(deps: MemoryDeps): JsonRoute[] {
  return [
    {
      ...base,
      method: 'GET',
      path: `${PATH}/:id/entries`,
      summary: 'Its entries in the order in which they came, up to 8 MiB at a time.',
      schema: { params: ParamsSchema, query: Type.Object(PAGE_QUERY), reply: { 200: pageSchema(EntrySchema) } },
      handle: (request) => replyWithEntries(deps, request),
    },
    {
      ...base,
      method: 'POST',
      path: `${PATH}/:id/entries`,
      summary: 'Add an entry. One whose parent has others is a branch beside them.',
      schema: { params: ParamsSchema, body: EntryBodySchema, reply: { 201: AppendedSchema } },
      async handle({ scope, params, body }) {
        const wish = body as Static<typeof EntryBodySchema>;
        const { entry, conversation } = await appendEntry(deps, scope, {
          conversationId: readId(params),
          version: wish.version,
          parentId: wish.parent_id === null ? null : asEntryId(wish.parent_id),
          role: wish.role,
          content: { parts: wish.parts, ...(wish.interrupted === true ? { interrupted: true } : {}) },
          model: wish.model ?? null,
          receiptId: wish.receipt_id ?? null,
        });
        return { status: 201, body: { entry: toEntryReply(entry), session: toSessionReply(conversation) } };
      },
    },
  ];
}

async function replyWithPage(deps: MemoryDeps, { scope, query }: RouteRequest): Promise<RouteReply> {
  const page = parsePage(query, SORT_KEY);
  const rows = await readConversations(deps, scope, page);
  const toItem = (row: Conversation) => toSessionReply(row);
  return { status: 200, body: buildPage({ path: PATH, query, page, rows, toItem, sortKeyOf, actions: createAction }) };
}

async function replyWithHits(deps: MemoryDeps, { scope, query }: RouteRequest): Promise<RouteReply> {
  const page = parsePage(query, SORT_KEY);
  const { hits, stoppedAt } = await searchConversations(deps, scope, { text: String(query['q']), page });
  const toItem = (hit: (typeof hits)[number]) => toSessionReply(hit.conversation, hit.match);
  // The page ends where the search stopped, which need not be at a hit.
  const last = stoppedAt === null ? null : sortKeyOf(stoppedAt);
  const parts = { path: PATH, query, rows: hits, toItem, actions: createAction };
  return {
    status: 200,
    body: buildPage({ ...parts, page, sortKeyOf: (hit) => sortKeyOf(hit.conversation), stoppedAt: last }),
  };
}

async function replyWithEntries(deps: MemoryDeps, { scope, params, query }: RouteRequest): Promise<RouteReply> {
  const id = readId(params);
  const page = parsePage(query, ENTRY_SORT_KEY);
  const { entries, more } = await readEntries(deps, scope, { id, page });
  const last = entries.at(-1);
  const stoppedAt = more && last !== undefined ? [last.id] : null;
  const self = `${PATH}/${id}`;
  const parts = { path: `${self}/entries`, query, page, rows: entries, toItem: toEntryReply };
  return { status: 200, body: buildPage({ ...parts, sortKeyOf: (entry) => [entry.id], stoppedAt }) };
}

function readId(params: RouteRequest['params']): ConversationId {
  return asConversationId(must(params['id'], 'the path names a conversation'));
}
