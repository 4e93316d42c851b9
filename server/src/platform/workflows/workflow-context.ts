/** What the code of a workflow works with. */
import type { TenantId, WorkflowId } from '#kernel';
import type { Tx } from '../database/port.ts';

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
