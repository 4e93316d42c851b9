/** Runs as the management API shows them. */
import { TenantIdSchema, WorkflowIdSchema } from '@reeve/contracts';
import Type, { type Static } from 'typebox';
import { ActionSchema, type Action } from '#kernel';
import type { WorkflowRun } from './port.ts';

export const RUN_STATES = ['queued', 'running', 'ready', 'failed', 'canceled'] as const;

const NullableTextSchema = Type.Union([Type.String(), Type.Null()]);

export const RunSchema = Type.Object({
  id: WorkflowIdSchema,
  tenant_id: TenantIdSchema,
  name: Type.String(),
  queue: Type.String(),
  state: Type.String(),
  reason: NullableTextSchema,
  progress: Type.Unknown(),
  waiting_for: NullableTextSchema,
  stop_requested: Type.Boolean(),
  due_at: NullableTextSchema,
  created_at: Type.String(),
  started_at: NullableTextSchema,
  finished_at: NullableTextSchema,
  links: Type.Object({ self: Type.String(), actions: Type.Record(Type.String(), ActionSchema) }),
});

/** Neither input nor output: they may hold what only the workflow's own API may show. */
export function toRunReply(run: WorkflowRun): Static<typeof RunSchema> {
  return {
    id: run.id,
    tenant_id: run.tenantId,
    name: run.name,
    queue: run.queue,
    state: run.state,
    reason: run.reason,
    progress: run.progress,
    waiting_for: run.waitingFor,
    stop_requested: run.stopRequested,
    due_at: run.state === 'queued' ? toIso(run.dueAtMs) : null,
    created_at: new Date(run.createdAtMs).toISOString(),
    started_at: toIso(run.startedAtMs),
    finished_at: toIso(run.finishedAtMs),
    links: { self: `/api/v1/workflows/${run.id}`, actions: listActions(run) },
  };
}

function listActions({ id, state }: WorkflowRun): Record<string, Action> {
  const dead = `/api/v1/dead-letters/${id}`;
  if (state === 'failed') {
    return { replay: { method: 'POST', href: `${dead}/replay` }, discard: { method: 'DELETE', href: dead } };
  }
  if (state === 'ready' || state === 'canceled') return {};
  return { cancel: { method: 'POST', href: `/api/v1/workflows/${id}/cancel` } };
}

function toIso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
