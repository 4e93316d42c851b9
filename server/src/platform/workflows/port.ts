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

export type RunState = 'queued' | 'running' | 'ready' | 'failed' | 'canceled';

/** What a step is told. */
export interface StepContext {
  /** The same whenever this step of this run is tried: `<workflowId>:<number>`. Send it along with each outside effect. */
  idempotencyKey: string;
  /** Counts from 1; starts anew after a crash. */
  attempt: number;
  /** Fires when the step's time is over or the run is to stop. */
  signal: AbortSignal;
}

export interface StepOptions {
  /** How often it is tried in all; default 1. The pauses between are doubled from `pauseMs` (default 1 s) to a minute. */
  attempts?: number;
  pauseMs?: number;
  /** Bounds each try; what ran into it counts as failed, and its effect as unknown. */
  timeoutMs?: number;
}

export interface WorkflowContext {
  readonly workflowId: WorkflowId;
  readonly tenantId: TenantId;
  /**
   * Does something once and journals what it answers (JSON, at most 1 MiB). Rejects with `StepFailed` when the last try
   * failed, now and in every replay.
   */
  step<T>(name: string, work: (step: StepContext) => Promise<T>, options?: StepOptions): Promise<T>;
  /**
   * Reads and writes in one transaction of the run's tenant, together with the journal: exactly once. `work` may use
   * nothing of the database but `tx`.
   */
  transact<T>(name: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** A step that takes an earlier one back; a run that has one is not replayed. `saga` makes them. */
  undo(name: string, work: (step: StepContext) => Promise<void>, options?: StepOptions): Promise<void>;
  /** The time, ms since the epoch, the same in every replay. */
  now(): Promise<number>;
  /** Waits, for days where need be; nothing of the run stays in memory meanwhile. */
  sleep(name: string, durationMs: number): Promise<void>;
  /** The next message sent to this run under the topic, in order of sending; `null` when none came in time. */
  receive<T>(topic: string, options: { timeoutMs: number }): Promise<T | null>;
  /** What people see of a running run. Not journaled. */
  progress(value: unknown): Promise<void>;
}

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

/** A step failed for good. */
export class StepFailed extends Error {
  readonly step: string;
  readonly reason: string;
  constructor(step: string, reason: string) {
    super(`the step ${step} failed: ${reason}`);
    this.name = 'StepFailed';
    this.step = step;
    this.reason = reason;
  }
}

/** The run is to end. Thrown once, by the next step or wait; what follows may clean up with further steps. */
export class WorkflowStopped extends Error {
  readonly why: 'canceled' | 'timed-out';
  constructor(why: 'canceled' | 'timed-out') {
    super(why === 'canceled' ? 'the run was canceled' : 'the run took longer than it may');
    this.name = 'WorkflowStopped';
    this.why = why;
  }
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
