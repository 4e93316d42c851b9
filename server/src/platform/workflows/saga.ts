/** Several steps of which all stand or none: what was begun is taken back when a later one fails. */
import { StepFailed, type StepContext, type StepOptions, type WorkflowContext } from './workflow-context.ts';

export interface SagaStep<T> {
  name: string;
  run(step: StepContext): Promise<T>;
  /**
   * Takes the step back. `result` is `null` where nobody knows whether it happened: it failed, ran out of time or was
   * interrupted. Must succeed where there is nothing to take back.
   */
  undo?(result: T | null, step: StepContext): Promise<void>;
  /** `timeoutMs` and `attempts` of the step itself. */
  options?: StepOptions;
}

export interface Saga {
  do<T>(step: SagaStep<T>): Promise<T>;
}

const UNDO: StepOptions = { attempts: 5, pauseMs: 1_000, timeoutMs: 60_000 };

/**
 * Runs `work`. When it rejects, also because the run is canceled or out of time, every step that was begun is undone,
 * the last one first; then the error goes on. What could not be undone is named in it.
 */
export async function runSaga<T>(context: WorkflowContext, work: (saga: Saga) => Promise<T>): Promise<T> {
  const undos: Undo[] = [];
  const saga: Saga = {
    async do<S>({ name, run, undo, options }: SagaStep<S>): Promise<S> {
      let result: S | null = null;
      if (undo !== undefined) undos.push({ name, undo: (step) => undo(result, step) });
      const answer = await context.step(name, run, options);
      result = answer;
      return answer;
    },
  };
  try {
    return await work(saga);
  } catch (error) {
    const stuck = await undoAll(context, undos.toReversed());
    if (stuck.length === 0) throw error;
    throw new Error(`${String(error)}; not undone: ${stuck.join(', ')}`, { cause: error });
  }
}

/** Answers what could not be undone, and why. */
async function undoAll(context: WorkflowContext, undos: readonly Undo[]): Promise<string[]> {
  const stuck: string[] = [];
  for (const { name, undo } of undos) {
    try {
      await context.undo(`undo ${name}`, undo, UNDO);
    } catch (failure) {
      if (!(failure instanceof StepFailed)) throw failure;
      stuck.push(`${name} (${failure.reason})`);
    }
  }
  return stuck;
}

interface Undo {
  name: string;
  undo(step: StepContext): Promise<void>;
}
