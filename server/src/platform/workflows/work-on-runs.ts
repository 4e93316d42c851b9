/** One worker: claims what is due, runs its code, and brings each run to an end or back to its queue. */
import type { Clock } from '#kernel';
import type { Database, Tx } from '../database/port.ts';
import type { Log } from '../telemetry/port.ts';
import { isAway, isTransient } from './database-faults.ts';
import type { QueueLimits, WorkflowDefinition } from './port.ts';
import { findJsonFault, type Departure } from './run-journal.ts';
import type { ClaimedRun, Held } from './run-records.ts';
import { claimRuns, endRun, findNextDue, putBack, releaseForgotten } from './run-store.ts';
import { explain, openRun, type RunningWorkflow } from './running-workflow.ts';
import { WorkflowStopped } from './workflow-context.ts';
import { holdWorker } from './worker-store.ts';

export type AnyDefinition = WorkflowDefinition<unknown>;

interface WorkDeps {
  database: Database;
  clock: Clock;
  log: Log;
  definitions: ReadonlyMap<string, AnyDefinition>;
  limitsOf(queue: string): QueueLimits;
  /** It changes when the worker was taken for dead; `null` before it has one. */
  workerId(): string | null;
}

interface ActiveRun {
  queue: string;
  /** `null` until its journal is read. */
  running: RunningWorkflow | null;
  done: Promise<void>;
}

interface Ending {
  state: 'ready' | 'failed' | 'canceled';
  output?: unknown;
  reason?: string;
}

interface Pause {
  pauseMs: number;
  /** A fault that nobody expected. */
  faulty?: boolean;
}

export const DEFAULT_QUEUE = 'default';
/** A run that saw this many workers die without coming further is what kills them. */
const CRASHES_MAX = 5;
const RETRY_MS = 1_000;
const FAULT_PAUSE_MS = 5_000;
const DEAD = 'a workflow failed and waits as a dead letter';

export class RunWorker {
  readonly #deps: WorkDeps;
  readonly #onRoom: () => void;
  readonly #active = new Map<string, ActiveRun>();
  #draining = false;
  /** A claim failed: perhaps it was committed, and only its answer is missing. */
  #inDoubt = false;

  /** `onRoom` is told when a run left, so that another may come. */
  constructor(deps: WorkDeps, onRoom: () => void) {
    this.#deps = deps;
    this.#onRoom = onRoom;
  }

  /** Claims what is due and there is room for. Resolves to when the next run is due, `null` for none. */
  async claim(): Promise<number | null> {
    const { database, definitions, workerId } = this.#deps;
    const worker = workerId();
    if (this.#draining || worker === null) return null;
    try {
      const known = [...this.#active.keys()];
      if (this.#inDoubt) await database.asRole('operator', (tx) => releaseForgotten(tx, worker, known));
      this.#inDoubt = false;
      const byQueue = Map.groupBy(definitions.values(), ({ queue }) => queue ?? DEFAULT_QUEUE);
      for (const [queue, defined] of byQueue) await this.#claimFrom(queue, defined, worker);
    } catch (error) {
      this.#inDoubt = true;
      throw error;
    }
    return database.asRole('operator', (tx) => findNextDue(tx, [...definitions.keys()]));
  }

  /** Asks a run to stop, where this worker has it. */
  stopRun(id: string): void {
    this.#active.get(id)?.running?.stop('canceled');
  }

  /** The runs are somebody else's now. */
  loseAll(): void {
    for (const { running } of this.#active.values()) running?.close({ how: 'lost' });
  }

  /** From now on nothing is claimed and no step begins. */
  refuse(): void {
    this.#draining = true;
  }

  /** Lets steps under way finish, at most `patienceMs`; every run is put back. */
  async drain(patienceMs: number): Promise<void> {
    const active = [...this.#active.values()];
    for (const { running } of active) running?.drain();
    const cancelCut = this.#deps.clock.after(patienceMs, () => {
      for (const { running } of active) running?.close({ how: 'drained' });
    });
    await Promise.all(active.map(({ done }) => done));
    cancelCut();
  }

  async #claimFrom(queue: string, defined: readonly AnyDefinition[], worker: string): Promise<void> {
    const { database, clock, limitsOf } = this.#deps;
    const { concurrency, perTenant } = limitsOf(queue);
    const room = concurrency - [...this.#active.values()].filter((one) => one.queue === queue).length;
    if (room <= 0) return;
    const names = defined.map(({ name }) => name);
    const wish = { queue, names, worker, perTenant, concurrency: room, nowMs: clock.now() };
    // What a worker claims that was taken for dead, nobody would ever take back.
    const claim = async (tx: Tx): Promise<ClaimedRun[]> => ((await holdWorker(tx, worker)) ? claimRuns(tx, wish) : []);
    for (const run of await database.asRole('operator', claim)) {
      const entry: ActiveRun = { queue, running: null, done: Promise.resolve() };
      this.#active.set(run.id, entry);
      entry.done = this.#work(run, { id: run.id, worker }).finally(() => {
        this.#active.delete(run.id);
        this.#onRoom();
      });
    }
  }

  /** Never rejects. */
  async #work(run: ClaimedRun, held: Held): Promise<void> {
    try {
      const died = `its worker died or met a fault ${run.crashes} times while it ran`;
      const departure =
        run.crashes >= CRASHES_MAX
          ? await this.#end(run, held, { state: 'failed', reason: died })
          : await this.#runCode(run, held);
      if (departure?.how === 'drained') await this.#putBack(run, held, { pauseMs: 0 });
      if (departure?.how === 'abandoned') throw departure.error;
    } catch (error) {
      const faulty = !isTransient(error);
      if (faulty) this.#deps.log.error({ workflow: run.name, run: run.id, error }, 'a run met a fault and is put back');
      await this.#putBack(run, held, { pauseMs: faulty ? FAULT_PAUSE_MS : RETRY_MS, faulty });
    }
  }

  async #runCode(run: ClaimedRun, held: Held): Promise<Departure | null> {
    const definition = this.#deps.definitions.get(run.name);
    // Only names that are defined are claimed.
    if (definition === undefined) return { how: 'drained' };
    const running = await openRun({ ...this.#deps, draining: () => this.#draining }, run, held.worker);
    const entry = this.#active.get(run.id);
    if (entry !== undefined) entry.running = running;
    const result = await Promise.race([invoke(definition, running, run.input), running.departed]);
    running.close();
    if (!('how' in result)) return this.#end(run, held, result);
    if (result.how !== 'unreadable') return result;
    return this.#end(run, held, { state: 'failed', reason: result.reason });
  }

  async #end(run: ClaimedRun, held: Held, { state, output = null, reason }: Ending): Promise<null> {
    const { database, clock, log } = this.#deps;
    const text = JSON.stringify(output) ?? 'null';
    const fault = findJsonFault(text);
    if (fault !== null) return this.#end(run, held, { state: 'failed', reason: fault });
    const row = { state, output: text, reason: reason ?? null, nowMs: clock.now() };
    const kept = await database.forTenant(run, (tx) => endRun(tx, held, row));
    if (kept && state === 'failed') log.error({ workflow: run.name, run: run.id, reason }, DEAD);
    return null;
  }

  /** Tries until it succeeds or the process stops; then the next start takes the run back. */
  async #putBack(run: ClaimedRun, held: Held, { pauseMs, faulty = false }: Pause): Promise<void> {
    const { database, clock, log } = this.#deps;
    for (;;) {
      const nowMs = clock.now();
      try {
        const back = { dueAtMs: nowMs + pauseMs, nowMs, waitingFor: null, stopTold: true, faulty };
        await database.forTenant(run, (tx) => putBack(tx, held, back));
        return;
      } catch (error) {
        if (this.#draining || !isAway(error)) {
          log.warn({ run: run.id, error }, 'a run could not be put back');
          return;
        }
        await new Promise<void>((resolve) => void clock.after(RETRY_MS, resolve));
      }
    }
  }
}

async function invoke(definition: AnyDefinition, running: RunningWorkflow, input: unknown): Promise<Ending> {
  try {
    return { state: 'ready', output: await definition.run(running, input) };
  } catch (error) {
    const canceled = error instanceof WorkflowStopped && error.why === 'canceled';
    return { state: canceled ? 'canceled' : 'failed', reason: explain(error) };
  }
}
