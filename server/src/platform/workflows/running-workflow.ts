/** One run under way: the context that its code works with. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '#kernel';
import type { Database, Tx } from '../database/port.ts';
import type { Log } from '../telemetry/port.ts';
import {
  StepFailed,
  WorkflowStopped,
  type StepContext,
  type StepOptions,
  type WorkflowContext,
} from './workflow-context.ts';
import { isTransient } from './database-faults.ts';
import {
  never,
  openJournal,
  WorkFailed,
  type Departure,
  type Outcome,
  type Place,
  type RunJournal,
} from './run-journal.ts';
import type { ClaimedRun, Held } from './run-records.ts';
import { putBack, storeProgress, wakeRun } from './run-store.ts';
import { hasMessage, listSteps, takeMessage, type StepRecord } from './step-store.ts';
import { trySeveralTimes } from './try-step.ts';

export interface RunningDeps {
  database: Database;
  clock: Clock;
  log: Log;
  /** True once this process stops: no new step begins. */
  draining(): boolean;
}

interface Wait {
  untilMs: number;
  name: string;
  /** `null` for a sleep. */
  topic: string | null;
}

const REASON_LENGTH_MAX = 500;
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Reads the journal of a claimed run. */
export async function openRun(deps: RunningDeps, run: ClaimedRun, worker: string): Promise<RunningWorkflow> {
  const steps = await deps.database.forTenant(run, (tx) => listSteps(tx, run.id));
  return new RunningWorkflow(deps, run, { worker, steps });
}

export class RunningWorkflow implements WorkflowContext {
  readonly workflowId;
  readonly tenantId;
  readonly #deps: RunningDeps;
  readonly #run: ClaimedRun;
  readonly #held: Held;
  readonly #journal: RunJournal;
  readonly #stopping = new AbortController();
  readonly #cancelDeadline: () => void;
  readonly #waits: Wait[] = [];
  #seq = 0;
  #inFlight = 0;
  #stop: WorkflowStopped['why'] | null = null;
  #stopTold = false;

  constructor(deps: RunningDeps, run: ClaimedRun, { worker, steps }: { worker: string; steps: readonly StepRecord[] }) {
    this.workflowId = run.id;
    this.tenantId = run.tenantId;
    this.#deps = deps;
    this.#run = run;
    this.#held = { id: run.id, worker };
    this.#journal = openJournal({ ...deps, run, held: this.#held, steps, onCanceled: () => this.stop('canceled') });
    if (run.canceled) this.stop('canceled');
    this.#cancelDeadline = this.#watchDeadline();
  }

  /** Resolves when the run leaves this process; never, where its code comes to an end. */
  get departed(): Promise<Departure> {
    return this.#journal.departed;
  }

  /** Asks the run to end: the step under way gets its signal, the next one rejects. */
  stop(why: WorkflowStopped['why']): void {
    this.#stop ??= why;
    this.#stopping.abort(new WorkflowStopped(why));
  }

  /** No new step begins: the run leaves when the one under way is done. */
  drain(): void {
    void this.#leaveWhenIdle();
  }

  /** The code ended; or, with a departure, it is not asked any more. */
  close(departure?: Departure): void {
    this.#cancelDeadline();
    if (departure !== undefined && !this.#journal.left) this.#journal.leave(departure);
  }

  step<T>(name: string, work: (step: StepContext) => Promise<T>, options: StepOptions = {}): Promise<T> {
    return this.#tryStep('step', name, { work, options });
  }

  undo(name: string, work: (step: StepContext) => Promise<void>, options: StepOptions = {}): Promise<void> {
    return this.#tryStep('undo', name, { work, options });
  }

  now(): Promise<number> {
    return this.step('now', () => Promise.resolve(this.#deps.clock.now()));
  }

  async transact<T>(name: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const { place, known } = await this.#arrive('step', name);
    if (known !== undefined) return settle<T>(name, known);
    return this.#begin(place, async () => {
      const note = async (tx: Tx): Promise<Outcome> => ({ output: await work(tx).catch(markFailure), reason: null });
      const made = await this.#journal.write(place, note).catch((error: unknown) => {
        this.#tell(name, error);
        // The transaction is gone with its effect; that it failed is noted in one of its own.
        return this.#journal.write(place, () => ({ output: null, reason: explain(error) }));
      });
      return settle<T>(name, made);
    });
  }

  async sleep(name: string, durationMs: number): Promise<void> {
    const { place, known } = await this.#arrive('sleep', name);
    const { now } = this.#deps.clock;
    const note = (): Outcome => ({ output: now() + durationMs, reason: null });
    const noted = known ?? (await this.#begin(place, () => this.#journal.write(place, note)));
    const untilMs = Number(noted.output);
    if (now() < untilMs) return this.#wait(place, { untilMs, name: `sleep:${name}`, topic: null });
  }

  async receive<T>(topic: string, { timeoutMs }: { timeoutMs: number }): Promise<T | null> {
    const { place, known } = await this.#arrive('message', topic);
    if (known?.finished) return known.output as T | null;
    const { now } = this.#deps.clock;
    const untilMs = known === undefined ? now() + timeoutMs : Number(known.output);
    const look = async (tx: Tx): Promise<Outcome> => {
      const message = await takeMessage(tx, this.workflowId, topic);
      if (message !== null) return { output: message.body, reason: null };
      return now() >= untilMs ? { output: null, reason: null } : { output: untilMs, reason: null, unfinished: true };
    };
    const got = await this.#begin(place, () => this.#journal.write(place, look));
    if (!got.unfinished) return got.output as T | null;
    return this.#wait(place, { untilMs, name: `message:${topic}`, topic });
  }

  async progress(value: unknown): Promise<void> {
    if (this.#journal.has(this.#seq)) return;
    await this.#journal.guarded((tx) => storeProgress(tx, this.#held, JSON.stringify(value) ?? 'null'));
  }

  async #tryStep<T>(kind: 'step' | 'undo', name: string, { work, options }: Task<T>): Promise<T> {
    const { place, known } = await this.#arrive(kind, name);
    if (known !== undefined) return settle<T>(name, known);
    return this.#begin(place, async () => {
      // What cleans up after a stop is not interrupted by it.
      const signal = this.#stopTold ? new AbortController().signal : this.#stopping.signal;
      const idempotencyKey = `${this.workflowId}:${place.seq}`;
      const tried = await trySeveralTimes({ clock: this.#deps.clock, signal, options, idempotencyKey }, work);
      if (tried.error !== null && !this.#stopTold) await this.#tellStop(place);
      if (tried.error !== null) this.#tell(name, tried.error);
      if (isTransient(tried.error)) return this.#abandon(tried.error);
      const reason = tried.error === null ? null : explain(tried.error);
      return settle<T>(name, await this.#journal.write(place, () => ({ output: tried.output, reason })));
    });
  }

  /** The database failed the step, and not the other way round: it is tried anew when the run is worked on again. */
  #abandon(error: unknown): Promise<never> {
    if (!this.#journal.left) this.#journal.leave({ how: 'abandoned', error });
    return never();
  }

  /** The next place in the journal and what stands there. */
  async #arrive(kind: Place['kind'], name: string): Promise<{ place: Place; known: StepRecord | undefined }> {
    const place = { seq: this.#seq, kind, name };
    this.#seq += 1;
    try {
      return { place, known: await this.#journal.recall(place) };
    } catch (error) {
      if (error instanceof WorkflowStopped) this.#stopTold = true;
      throw error;
    }
  }

  /** Does something that is not in the journal; the run leaves only afterwards. */
  async #begin<T>(place: Place, work: () => Promise<T>): Promise<T> {
    if (this.#journal.left || this.#deps.draining()) {
      void this.#leaveWhenIdle();
      return never();
    }
    this.#inFlight += 1;
    try {
      await this.#tellStop(place);
      return await work();
    } finally {
      this.#inFlight -= 1;
      void this.#leaveWhenIdle();
    }
  }

  /** Where the run is to stop it hears of it here, once, and the journal remembers where. */
  async #tellStop({ seq }: Place): Promise<void> {
    if (this.#stop === null || this.#stopTold) return;
    this.#stopTold = true;
    const why = this.#stop;
    await this.#journal.write({ seq, kind: 'stop', name: why }, () => ({ output: null, reason: null }));
    throw new WorkflowStopped(why);
  }

  async #wait(place: Place, wait: Wait): Promise<never> {
    // A stop that came while the run was away is told at the place where it waited.
    if (this.#stop !== null && !this.#stopTold) await this.#begin(place, never);
    this.#waits.push(wait);
    void this.#leaveWhenIdle();
    return never();
  }

  /** Where nothing is under way and something is waited for, the run goes back to the queue until then. */
  async #leaveWhenIdle(): Promise<void> {
    await nextTurn();
    if (this.#journal.left || this.#inFlight > 0) return;
    if (this.#deps.draining()) return this.#journal.leave({ how: 'drained' });
    const first = this.#waits.toSorted((a, b) => a.untilMs - b.untilMs)[0];
    if (first === undefined) return;
    await this.#journal.guarded((tx) => this.#putBack(tx, first));
    if (!this.#journal.left) this.#journal.leave({ how: 'suspended' });
  }

  async #putBack(tx: Tx, { untilMs, name }: Wait): Promise<boolean> {
    const { deadlineAtMs, id } = this.#run;
    const dueAtMs = deadlineAtMs === null || this.#stopTold ? untilMs : Math.min(untilMs, deadlineAtMs);
    const nowMs = this.#deps.clock.now();
    const kept = await putBack(tx, this.#held, { dueAtMs, waitingFor: name, nowMs, stopTold: this.#stopTold });
    // What was sent after we looked could not wake the run, which was not back yet.
    const topics = this.#waits.flatMap(({ topic }) => topic ?? []);
    if (kept && (await hasMessage(tx, id, topics))) await wakeRun(tx, id, nowMs);
    return kept;
  }

  #watchDeadline(): () => void {
    const { deadlineAtMs } = this.#run;
    if (deadlineAtMs === null) return () => undefined;
    const leftMs = deadlineAtMs - this.#deps.clock.now();
    if (leftMs <= 0) this.stop('timed-out');
    return this.#deps.clock.after(Math.min(leftMs, TIMER_MS_MAX), () => this.stop('timed-out'));
  }

  #tell(step: string, error: unknown): void {
    this.#deps.log.warn({ workflow: this.#run.name, run: this.workflowId, step, error }, 'a step of a workflow failed');
  }
}

interface Task<T> {
  work(step: StepContext): Promise<T>;
  options: StepOptions;
}

/** The answer of a step as the journal has it, or its failure. */
function settle<T>(step: string, { output, reason }: Pick<Outcome, 'output' | 'reason'>): T {
  if (reason !== null) throw new StepFailed(step, reason);
  return output as T;
}

/** A failure of the code itself; one of the database is not its fault, and the run is worked on again. */
function markFailure(error: unknown): never {
  if (isTransient(error)) throw error;
  throw new WorkFailed('the work of a transaction failed', { cause: error });
}

/** What went wrong, in one line. */
export function explain(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (
    text
      .toWellFormed()
      .replaceAll(/[\s\p{Cc}]+/gu, ' ')
      .slice(0, REASON_LENGTH_MAX) || 'it failed without a reason'
  );
}
