/** The journal of one run in the hands of one worker: what was done is read from it, what is done is written to it. */
import type { Clock } from '#kernel';
import type { Database, Tx } from '../database/port.ts';
import { WorkflowStopped } from './workflow-context.ts';
import type { ClaimedRun, Held } from './run-records.ts';
import { holdRun, noteAdvance } from './run-store.ts';
import { writeStep, type StepKind, type StepRecord } from './step-store.ts';

/**
 * Why a run left this process before its end. `suspended`: it waits and is put back. `drained`: the process stops.
 * `lost`: another worker has it. `abandoned`: the database did not take a write, for no fault of the run's code.
 * `unreadable`: its code and its journal differ.
 */
export type Departure =
  | { how: 'suspended' | 'drained' | 'lost' }
  | { how: 'abandoned'; error: unknown }
  | { how: 'unreadable'; reason: string };

/** A place in the journal. */
export interface Place {
  seq: number;
  kind: StepKind;
  name: string;
}

export interface Outcome {
  output: unknown;
  reason: string | null;
  /** A wait goes on. */
  unfinished?: true;
}

export interface RunJournal {
  /** Resolves when the run leaves. */
  readonly departed: Promise<Departure>;
  readonly left: boolean;
  leave(departure: Departure): void;
  /** What stands at this place. Throws `WorkflowStopped` where the run was told to stop there. */
  recall(place: Place): StepRecord | undefined | Promise<never>;
  has(seq: number): boolean;
  /** The outcome of `work` and its entry in one transaction. */
  write(place: Place, work: (tx: Tx) => Outcome | Promise<Outcome>): Promise<Outcome>;
  /** A transaction of the run's tenant in which the run is this worker's; `work` says `false` where it sees otherwise. */
  guarded<T>(work: (tx: Tx) => Promise<T | false>): Promise<T>;
}

interface JournalDeps {
  database: Database;
  clock: Clock;
  run: ClaimedRun;
  held: Held;
  steps: readonly StepRecord[];
  /** Told where a write finds that the run is to stop. */
  onCanceled(): void;
}

const OUTPUT_LENGTH_MAX = 1024 * 1024;

/**
 * A run that leaves does so by never answering its code: what the code awaits stays open and is forgotten with it, so
 * that no `catch` or `finally` mistakes the departure for a failure.
 */
export function openJournal({ database, clock, run, held, steps, onCanceled }: JournalDeps): RunJournal {
  const known = new Map(steps.map((step) => [step.seq, step]));
  const { promise: departed, resolve } = Promise.withResolvers<Departure>();
  let left = false;
  let crashes = run.crashes;

  function leave(departure: Departure): void {
    left = true;
    resolve(departure);
  }

  async function guarded<T>(work: (tx: Tx) => Promise<T | false>): Promise<T> {
    if (left) return never();
    try {
      const result = await database.forTenant(run, async (tx) => {
        const made = await work(tx);
        if (made === false) throw new RunLost();
        return made;
      });
      return left ? await never() : result;
    } catch (error) {
      if (error instanceof WorkFailed) throw error.cause;
      leave(error instanceof RunLost ? { how: 'lost' } : { how: 'abandoned', error });
      return never();
    }
  }

  return {
    departed,
    get left() {
      return left;
    },
    leave,
    guarded,
    has: (seq) => known.has(seq),
    recall(place) {
      const step = known.get(place.seq);
      if (step?.kind === 'stop') throw new WorkflowStopped(step.name as WorkflowStopped['why']);
      if (step === undefined || (step.kind === place.kind && step.name === place.name)) return step;
      const reason = `the code changed: step ${step.seq} was ${step.kind} "${step.name}" and is now ${place.kind} "${place.name}"`;
      leave({ how: 'unreadable', reason });
      return never();
    },
    write: (place, work) =>
      guarded(async (tx) => {
        const hold = await holdRun(tx, held);
        if (hold === null) return false;
        if (hold.canceled) onCanceled();
        const made = asJournaled(await work(tx));
        const step = { ...place, output: made.output, reason: made.reason, finished: made.unfinished !== true };
        await writeStep(tx, run, step, clock.now());
        if (crashes > 0) await noteAdvance(tx, held);
        crashes = 0;
        return made;
      }),
  };
}

/** Awaited by the code of a run that has left. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}

class RunLost extends Error {}

/** Marks what the run's own code threw, among the faults of a transaction. */
export class WorkFailed extends Error {}

/** As a replay will see it: gone through JSON. */
function asJournaled(outcome: Outcome): Outcome {
  const text = JSON.stringify(outcome.output) ?? 'null';
  const fault = findJsonFault(text);
  return fault === null ? { ...outcome, output: JSON.parse(text) } : { output: null, reason: fault };
}

/** Why the database would not keep this JSON; `null` where it would. */
export function findJsonFault(text: string): string | null {
  if (text.length > OUTPUT_LENGTH_MAX) return 'it answered more than a journal takes (1 MiB)';
  return UNSTORABLE.test(text) ? 'it answered text with a zero character or half of a character' : null;
}

/** Escapes of U+0000 and of surrogates without their other half. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;
