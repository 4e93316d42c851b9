/** `/api/v1/events/dead-letters`: for whoever operates the installation. */
import Type from 'typebox';
import {
  AppError,
  buildPage,
  must,
  PAGE_QUERY,
  pageSchema,
  parsePage,
  type JsonRoute,
  type RouteRequest,
} from '#kernel';
import { assertOperates, settlerOf } from './operates.ts';
import type { DeadLetter, DeadLetters, Settlement } from './port.ts';

const PATH = '/api/v1/events/dead-letters';
const UUID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
const SORT_KEY = [new RegExp(UUID)];

const Nullable = Type.Union([Type.String(), Type.Null()]);
const State = Type.Enum(['open', 'replayed', 'discarded']);
const Note = Type.String({ minLength: 1, maxLength: 500 });
const Letter = Type.Object({
  id: Type.String(),
  consumer: Type.String(),
  event_id: Type.String(),
  subject: Type.String(),
  reason: Type.String(),
  attempts: Type.Integer(),
  created_at: Type.String(),
  state: State,
  settled_at: Nullable,
  settled_by: Nullable,
  note: Nullable,
  event: Type.Unknown(),
});
const Params = Type.Object({ id: Type.String({ pattern: UUID }) });

export function createEventRoutes(letters: DeadLetters): JsonRoute[] {
  const base = { kind: 'json', permission: 'operations:manage' } as const;
  return [
    {
      ...base,
      method: 'GET',
      path: PATH,
      summary: 'Events that a consumer failed to handle, oldest first. For the owner of the tenant "default".',
      schema: {
        query: Type.Object({ ...PAGE_QUERY, state: Type.Optional(State) }),
        reply: { 200: pageSchema(Letter) },
      },
      handle: (request) => replyWithLetters(letters, request),
    },
    {
      ...base,
      method: 'POST',
      path: `${PATH}/:id/replay`,
      summary: 'Hand the event to its consumer again.',
      schema: {
        params: Params,
        body: Type.Object({ reason: Type.Optional(Note) }, { additionalProperties: false }),
        reply: { 202: Letter },
      },
      async handle(request) {
        const note = noteOf(Object(request.body).reason);
        return { status: 202, body: await settle(letters, request, (id, by) => letters.replay(id, { by, note })) };
      },
    },
    {
      ...base,
      method: 'DELETE',
      path: `${PATH}/:id`,
      summary: 'Give the event up; "reason" says why.',
      schema: {
        params: Params,
        query: Type.Object({ reason: Type.Optional(Note) }),
        reply: { 200: Letter },
      },
      async handle(request) {
        const note = noteOf(request.query['reason']);
        return { status: 200, body: await settle(letters, request, (id, by) => letters.discard(id, { by, note })) };
      },
    },
  ];
}

async function replyWithLetters(letters: DeadLetters, { scope, query }: RouteRequest) {
  assertOperates(scope);
  const page = parsePage(query, SORT_KEY);
  const state = (['open', 'replayed', 'discarded'] as const).find((known) => known === query['state']) ?? 'open';
  const rows = await letters.list(page, state);
  const sortKeyOf = (letter: DeadLetter): string[] => [letter.id];
  return { status: 200, body: buildPage({ path: PATH, query, page, rows, toItem: toReply, sortKeyOf }) };
}

async function settle(
  letters: DeadLetters,
  { scope, params }: RouteRequest,
  decide: (id: string, by: Settlement['by']) => Promise<boolean>,
) {
  assertOperates(scope);
  const id = must(params['id'], 'the path names a letter');
  const settled = await decide(id, settlerOf(scope));
  const letter = await letters.find(id);
  if (letter === null) throw new AppError('not_found', { message: 'There is no such dead letter.' });
  if (!settled) throw new AppError('conflict', { message: `This dead letter is ${letter.state} already.` });
  return toReply(letter);
}

function noteOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function toReply(letter: DeadLetter) {
  return {
    id: letter.id,
    consumer: letter.consumer,
    event_id: letter.eventId,
    subject: letter.subject,
    reason: letter.reason,
    attempts: letter.attempts,
    created_at: letter.createdAt,
    state: letter.state,
    settled_at: letter.settledAt,
    settled_by: letter.settledBy,
    note: letter.note,
    event: letter.envelope,
  };
}
