/** `/api/v1/dead-letters`: everything that was given up, wherever it failed, until a person settles it. */
import { TenantIdSchema } from '@reeve/contracts';
import Type from 'typebox';
import {
  AppError,
  asTenantId,
  buildPage,
  must,
  NO_NUL,
  PAGE_QUERY,
  pageSchema,
  parsePage,
  toOnlooker,
  type DeadLetterFilter,
  type DeadLetterSource,
  type DeadLetterVerdict,
  type JsonRoute,
  type Onlooker,
  type PageRequest,
  type RouteRequest,
} from '#kernel';
import { DELIVERY } from './deliver-webhook.ts';
import {
  LetterSchema,
  STATES,
  toLetterReply,
  type FailedDeliveries,
  type FoundLetter,
  type LetterReply,
} from './dead-letter-wire.ts';

const PATH = '/api/v1/dead-letters';
/** Deliveries of webhooks are workflows, and have a name of their own because people look for them. */
const SOURCES = ['events', 'workflows', 'webhooks'] as const;

const Note = Type.String({ minLength: 1, maxLength: 500, pattern: NO_NUL });
const Params = Type.Object({ id: Type.String({ pattern: '^[0-9a-z_-]{1,64}$' }) });
const TENANT = {
  tenant_id: Type.Optional(
    Type.Unsafe<string>({ ...TenantIdSchema, description: 'As this tenant sees it; for the tenant "default".' }),
  ),
};
const Query = Type.Object({
  ...PAGE_QUERY,
  ...TENANT,
  source: Type.Optional(Type.Enum([...SOURCES])),
  name: Type.Optional(Type.String({ maxLength: 200, description: 'Only of this consumer or workflow.' })),
  state: Type.Optional(
    Type.Enum([...STATES], { description: 'Default open. Settled events stay for a while; runs do not stay here.' }),
  ),
});

export interface DeadLetterDeps {
  sources: readonly DeadLetterSource[];
  deliveries: FailedDeliveries;
}

export function createDeadLetterRoutes(deps: DeadLetterDeps): JsonRoute[] {
  const base = { kind: 'json', permission: 'operations:manage' } as const;
  return [
    {
      ...base,
      method: 'GET',
      path: PATH,
      summary: 'Events and runs that were given up, with the reason; source by source, oldest first.',
      schema: { query: Query, reply: { 200: pageSchema(LetterSchema) } },
      handle: (request) => replyWithLetters(deps, request),
    },
    {
      ...base,
      method: 'POST',
      path: `${PATH}/:id/replay`,
      summary: 'Try it again: the event at its consumer, the run from the step that failed.',
      schema: {
        params: Params,
        query: Type.Object(TENANT),
        body: Type.Object({ reason: Type.Optional(Note) }, { additionalProperties: false }),
        reply: { 204: Type.Null() },
      },
      async handle(request) {
        const { reason } = request.body as { reason?: string };
        await settle(deps, request, (source, onlooker, id) =>
          source.replay(onlooker, id, { by: settlerOf(request), note: reason ?? null }),
        );
        return { status: 204 };
      },
    },
    {
      ...base,
      method: 'DELETE',
      path: `${PATH}/:id`,
      summary: 'Give it up for good; "reason" says why.',
      schema: {
        params: Params,
        query: Type.Object({ ...TENANT, reason: Type.Optional(Note) }),
        reply: { 204: Type.Null() },
      },
      async handle(request) {
        const { reason } = request.query;
        const note = typeof reason === 'string' ? reason : null;
        await settle(deps, request, (source, onlooker, id) =>
          source.discard(onlooker, id, { by: settlerOf(request), note }),
        );
        return { status: 204 };
      },
    },
  ];
}

async function replyWithLetters(deps: DeadLetterDeps, request: RouteRequest) {
  const { query } = request;
  const page = parsePage(query, [{ test: (id: string) => sourceOf(id, deps.sources) !== null }]);
  const onlooker = whoLooks(request);
  const letters = await gather(deps.sources, onlooker, toWish(query), page);
  const rows = await toLetterReply(deps.deliveries, letters);
  const sortKeyOf = (letter: LetterReply): string[] => [letter.id];
  return { status: 200, body: buildPage({ path: PATH, query, page, rows, toItem: (letter) => letter, sortKeyOf }) };
}

interface Wish extends DeadLetterFilter {
  /** The only source that is asked; `null`: all. */
  source: string | null;
}

function toWish({ source, name, state }: RouteRequest['query']): Wish {
  const wish = {
    source: typeof source === 'string' ? source : null,
    name: typeof name === 'string' ? name : null,
    // A delivery is a run too, and shown under its own source.
    except: source === 'workflows' ? DELIVERY : null,
    state: STATES.find((known) => known === state) ?? 'open',
  };
  return source === 'webhooks' ? { ...wish, source: 'workflows', name: DELIVERY } : wish;
}

/** One source after the other, each from where the page before stopped; one more than the page holds. */
async function gather(
  sources: readonly DeadLetterSource[],
  onlooker: Onlooker,
  wish: Wish,
  { after, limit }: PageRequest,
): Promise<FoundLetter[]> {
  const [lastId = ''] = after ?? [];
  const lastSource = sourceOf(lastId, sources)?.name ?? null;
  const ordered = sources.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const found: FoundLetter[] = [];
  for (const source of ordered) {
    const passed = lastSource !== null && source.name < lastSource;
    if (passed || (wish.source !== null && wish.source !== source.name)) continue;
    const from = { after: source.name === lastSource ? lastId : '', limit: limit + 1 - found.length };
    if (from.limit <= 0) break;
    const letters = await source.list(onlooker, wish, from);
    found.push(...letters.map((letter) => ({ source: source.name, letter })));
  }
  return found;
}

async function settle(
  { sources }: DeadLetterDeps,
  request: RouteRequest,
  act: (source: DeadLetterSource, onlooker: Onlooker, id: string) => Promise<DeadLetterVerdict>,
): Promise<void> {
  const id = must(request.params['id'], 'the path names a letter');
  const source = sourceOf(id, sources);
  const verdict = source === null ? 'unknown' : await act(source, whoLooks(request), id);
  if (verdict === 'done') return;
  if (verdict === 'unknown') throw new AppError('not_found', { message: 'There is no such dead letter.' });
  throw new AppError('conflict', { message: verdict === 'undone' ? UNDONE : SETTLED });
}

const UNDONE = 'What this run had done was taken back. Start it anew instead.';
const SETTLED = 'Somebody settled this dead letter before.';

function sourceOf(id: string, sources: readonly DeadLetterSource[]): DeadLetterSource | null {
  return sources.find(({ idForm }) => idForm.test(id)) ?? null;
}

/** The caller, or, for whoever looks after all, somebody of the tenant named. */
function whoLooks({ scope, query }: RouteRequest): Onlooker {
  const onlooker = toOnlooker(scope);
  const { tenant_id: given } = query;
  if (typeof given !== 'string') return onlooker;
  if (given !== scope.tenantId && !onlooker.everything) {
    throw new AppError('not_found', { message: 'There is no such tenant.' });
  }
  return { tenantId: asTenantId(given), everything: false };
}

/** The acting key's id, or `operator` at the machine. */
function settlerOf({ scope }: RouteRequest): string {
  return scope.actor.keyId ?? 'operator';
}
