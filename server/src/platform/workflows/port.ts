/**
 * Work that survives a crash. A workflow is ordinary code over a context; what the context has done stands in a journal,
 * so after a crash the code runs again from the top and every step that is in the journal answers from there.
 *
 * So the code between steps must be deterministic: time, chance and everything from outside go through steps. A step's
 * effect outside of the database may happen again when a crash falls between the effect and the journal: give the
 * other side `idempotencyKey`. What `transact` does happens exactly once.
 */
import type { Job, ModulePlugin, PageRequest, Scope, TenantId, WorkflowId } from '#kernel';
import type { Tx } from '../database/port.ts';
import type { WorkflowContext } from './workflow-context.ts';

export { runSaga, type SagaStep } from './saga.ts';
export { StepFailed, WorkflowStopped } from './workflow-context.ts';
export type { StepContext, WorkflowContext } from './workflow-context.ts';

export type RunState = 'queued' | 'running' | 'ready' | 'failed' | 'canceled';

export interface WorkflowDefinition<Input, Output = unknown> {
  /** Lasts: runs in the database find their code by it. */
  name: string;
  /** Default `default`. */
  queue?: string;
  /** From the first start to the end. Afterwards the next step rejects with `WorkflowStopped`, and the run fails. */
  timeoutMs?: number;
  /** Starts a run by itself, for the tenant `default`: minute, hour, day of month, month, day of week, in UTC. */
  cron?: string;
  run(context: WorkflowContext, input: Input): Promise<Output>;
}

export interface QueueLimits {
  /** How many runs this process works on at once. */
  concurrency: number;
  /** How many runs of one tenant may be worked on at once, over all processes. */
  perTenant: number;
}

export interface StartRequest<Input> {
  tenantId: TenantId;
  input: Input;
  /** Of all starts of this workflow with the same key in a tenant the first one counts. */
  dedupeKey?: string;
  /** Not before this much time has passed. */
  delayMs?: number;
}

/** A workflow that can be started. */
export interface WorkflowHandle<Input> {
  readonly name: string;
  /** Queues a run if `tx` commits. Answers its id, which is the earlier run's where the key was used before. */
  start(tx: Tx, request: StartRequest<Input>): Promise<WorkflowId>;
}

export interface WorkflowMessage {
  tenantId: TenantId;
  workflowId: WorkflowId;
  topic: string;
  body: unknown;
  /** Of all messages to a run with the same key the first one counts. */
  dedupeKey?: string;
}

/** A run as people see it; times are ms since the epoch. */
export interface WorkflowRun {
  id: WorkflowId;
  tenantId: TenantId;
  name: string;
  queue: string;
  state: RunState;
  /** Why it failed, in one line. */
  reason: string | null;
  progress: unknown;
  output: unknown;
  waitingFor: string | null;
  stopRequested: boolean;
  /** When a queued run goes on. */
  dueAtMs: number;
  createdAtMs: number;
  startedAtMs: number | null;
  finishedAtMs: number | null;
}

export interface RunFilter {
  state?: RunState;
  name?: string;
  /** Runs of every other workflow. */
  exceptName?: string;
  /** Failed runs that nobody has discarded. */
  deadOnly?: boolean;
}

export interface Workflows {
  /** Call before the job starts. Throws where the name is taken or the schedule is malformed. */
  define<Input, Output>(definition: WorkflowDefinition<Input, Output>): WorkflowHandle<Input>;
  /** Sets a queue's limits; without, a process works on 8 runs, 4 of them of one tenant. */
  limitQueue(name: string, limits: QueueLimits): void;
  /** Hands a message to a run if `tx` commits. */
  send(tx: Tx, message: WorkflowMessage): Promise<void>;

  /** The tenant's runs by age; one more than the page holds. */
  list(scope: Pick<Scope, 'tenantId'>, page: PageRequest, filter: RunFilter): Promise<WorkflowRun[]>;
  find(scope: Pick<Scope, 'tenantId'>, id: WorkflowId): Promise<WorkflowRun | null>;
  /**
   * Asks a run to stop: one that never ran ends at once, another gets `WorkflowStopped` and may clean up. False where it
   * has ended.
   */
  cancel(scope: Pick<Scope, 'tenantId'>, id: WorkflowId): Promise<boolean>;
  /**
   * Runs a dead letter again from the step that failed; without one the code runs again over the journal as it is.
   * `undone`: its steps were compensated, so it can only be started anew.
   */
  replay(scope: Pick<Scope, 'tenantId'>, id: WorkflowId): Promise<'replayed' | 'no-dead-letter' | 'undone'>;
  /** Gives a dead letter up. False where it is none. */
  discard(scope: Pick<Scope, 'tenantId'>, id: WorkflowId): Promise<boolean>;

  /** Works on what is queued until it is stopped. Does nothing where no workflow is defined. */
  readonly job: Job;
  /** Routes, the job and a health check. */
  readonly plugin: ModulePlugin;
  /** Resolves to `null` when runs can be worked on, else to what is wrong. */
  check(): Promise<string | null>;
}
