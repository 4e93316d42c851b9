/** `/api/v1/workflows`: the runs of a tenant. */
import { TenantIdSchema, WorkflowIdSchema } from '@reeve/contracts';
import Type from 'typebox';
import {
  AppError,
  asTenantId,
  asWorkflowId,
  buildPage,
  defaultTenantId,
  must,
  PAGE_QUERY,
  pageSchema,
  parsePage,
  type JsonRoute,
  type RouteReply,
  type RouteRequest,
  type TenantId,
  type WorkflowId,
} from '#kernel';
import type { ManagedRuns } from './manage-runs.ts';
import type { RunFilter, RunState, WorkflowRun } from './port.ts';
import { RUN_STATES, RunSchema, toRunReply } from './workflow-wire.ts';

const PATH = '/api/v1/workflows';
const SORT_KEY = [/^wfl_[0-9a-z]{26}$/];
const RunParamsSchema = Type.Object({ id: WorkflowIdSchema });
const NAME = Type.Optional(Type.String({ maxLength: 200, description: 'Only runs of this workflow.' }));
const TENANT = { tenant_id: Type.Optional(TenantIdSchema) };
const OneQuerySchema = Type.Object(TENANT);
const ListQuerySchema = Type.Object({
  ...PAGE_QUERY,
  ...TENANT,
  name: NAME,
  state: Type.Optional(Type.Union(RUN_STATES.map((state) => Type.Literal(state)))),
});

const base = { kind: 'json', permission: 'operations:manage' } as const;

export function createWorkflowRoutes(workflows: ManagedRuns): JsonRoute[] {
  return [
    {
      ...base,
      method: 'GET',
      path: PATH,
      summary: "The tenant's runs, oldest first.",
      schema: { query: ListQuerySchema, reply: { 200: pageSchema(RunSchema) } },
      handle: (request) => replyWithRuns(workflows, request),
    },
    {
      ...base,
      method: 'GET',
      path: `${PATH}/:id`,
      summary: 'One run: how far it is, or how it ended.',
      schema: { params: RunParamsSchema, query: OneQuerySchema, reply: { 200: RunSchema } },
      handle: (request) => replyWithRun(workflows, whose(request), readId(request.params)),
    },
    {
      ...base,
      method: 'POST',
      path: `${PATH}/:id/cancel`,
      summary: 'Ask a run to stop. It may still clean up.',
      schema: { params: RunParamsSchema, query: OneQuerySchema, reply: { 200: RunSchema } },
      async handle(request) {
        const scope = whose(request);
        const id = readId(request.params);
        const canceled = await workflows.cancel(scope, id);
        const run = await replyWithRun(workflows, scope, id);
        if (!canceled) throw new AppError('conflict', { message: 'The run has ended.' });
        return run;
      },
    },
  ];
}

async function replyWithRuns(workflows: ManagedRuns, request: RouteRequest): Promise<RouteReply> {
  const { query } = request;
  const page = parsePage(query, SORT_KEY);
  const rows = await workflows.list(whose(request), page, readFilter(query));
  const sortKeyOf = (row: WorkflowRun): string[] => [row.id];
  return { status: 200, body: buildPage({ path: PATH, query, page, rows, toItem: toRunReply, sortKeyOf }) };
}

function readFilter(query: RouteRequest['query']): RunFilter {
  const { name, state } = query;
  return {
    ...(typeof name === 'string' ? { name } : {}),
    // The schema of the query lets these only through.
    ...(typeof state === 'string' ? { state: state as RunState } : {}),
  };
}

async function replyWithRun(workflows: ManagedRuns, scope: Whose, id: WorkflowId): Promise<RouteReply> {
  const run = await workflows.find(scope, id);
  if (run === null) throw new AppError('not_found', { message: 'There is no such run.' });
  return { status: 200, body: toRunReply(run) };
}

type Whose = { tenantId: TenantId };

/** The caller's tenant, or the one that the owner of the installation names. */
function whose({ scope, query }: RouteRequest): Whose {
  const { tenant_id: given } = query;
  if (typeof given !== 'string' || given === scope.tenantId) return scope;
  if (scope.tenantId === defaultTenantId && scope.actor.scopes.has('*')) return { tenantId: asTenantId(given) };
  throw new AppError('not_found', { message: 'There is no such tenant.' });
}

function readId(params: RouteRequest['params']): WorkflowId {
  return asWorkflowId(must(params['id'], 'the path names a run'));
}
