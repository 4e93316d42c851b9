/** Runs as workers handle them. Times are ms since the epoch. */
import type { TenantId, WorkflowId } from '#kernel';

export interface NewRun {
  id: WorkflowId;
  tenantId: TenantId;
  name: string;
  queue: string;
  /** JSON. */
  input: string;
  dedupeKey: string | null;
  nowMs: number;
  dueAtMs: number;
  deadlineMs: number | null;
}

/** What a worker needs to work on a run. */
export interface ClaimedRun {
  id: WorkflowId;
  tenantId: TenantId;
  name: string;
  input: unknown;
  canceled: boolean;
  crashes: number;
  deadlineAtMs: number | null;
}

/** A run in the hands of a worker. */
export interface Held {
  id: WorkflowId;
  worker: string;
}
