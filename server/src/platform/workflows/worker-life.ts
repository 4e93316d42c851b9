/**
 * Which workers live. Each counts a beat; one whose beat stands still while somebody watched for long enough is dead,
 * and its runs are taken back. Nobody compares clocks, so a clock that jumps kills nobody.
 */
import type { Clock, IdSource } from '#kernel';
import type { Database, Tx } from '../database/port.ts';
import type { Log } from '../telemetry/port.ts';
import { takeBackRuns } from './run-store.ts';
import { beatWorker, deleteWorker, deleteWorkers, insertWorker, listWorkers } from './worker-store.ts';

interface LifeDeps {
  database: Database;
  clock: Clock;
  ids: IdSource;
  log: Log;
  /** Names this process's place, the same after a restart; no other process has it at the same time. */
  owner: string;
}

const BEAT_MS = 10_000;
/** How long a beat may stand still; a busy machine can be slow. */
export const SILENCE_MS = 35_000;

export class WorkerLife {
  readonly #deps: LifeDeps;
  readonly #onLost: () => void;
  readonly #seen = new Map<string, { beat: number; sinceMs: number }>();
  #id: string | null = null;
  #ended = false;
  #underWay: Promise<void> = Promise.resolve();
  #cancelTimer = (): void => {};

  /** `onLost`: the worker was taken for dead; what it ran is somebody else's. */
  constructor(deps: LifeDeps, onLost: () => void) {
    this.#deps = deps;
    this.#onLost = onLost;
  }

  /** This worker's id of now; `null` before it has one. */
  get id(): string | null {
    return this.#id;
  }

  /** Takes back what this place left behind, and begins to beat. */
  async begin(): Promise<void> {
    this.#beatLater(await this.#register());
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#cancelTimer();
    await this.#underWay;
    const id = this.#id;
    if (id !== null) await this.#deps.database.asRole('operator', (tx) => deleteWorker(tx, id));
  }

  async #register(): Promise<string> {
    const { database, ids, owner, log } = this.#deps;
    const id = `${owner}#${ids.next('writer')}`;
    const { runs } = await database.asRole('operator', async (tx) => {
      const mine = [...(await listWorkers(tx))].filter(([other]) => other.startsWith(`${owner}#`));
      const buried = await this.#bury(tx, new Map(mine));
      await insertWorker(tx, id);
      return buried;
    });
    this.#id = id;
    if (runs > 0) log.warn({ runs }, 'runs that a crash interrupted go on');
    return id;
  }

  async #beat(id: string): Promise<void> {
    const { database, log } = this.#deps;
    const counted = async (tx: Tx) => ({ alive: await beatWorker(tx, id), others: await listWorkers(tx) });
    const { alive, others } = await database.asRole('operator', counted, { sync: false });
    if (!alive) {
      log.warn({ worker: id }, 'this worker was taken for dead; its runs are with others');
      this.#onLost();
      await this.#register();
    }
    const silent = this.#findSilent(others);
    if (silent.size === 0) return;
    const buried = await database.asRole('operator', (tx) => this.#bury(tx, silent));
    log.warn({ ...buried }, 'workers are dead; their runs go on elsewhere');
  }

  async #bury(tx: Tx, workers: ReadonlyMap<string, number>): Promise<{ workers: string[]; runs: number }> {
    const gone = await deleteWorkers(tx, workers);
    return { workers: gone, runs: await takeBackRuns(tx, gone, this.#deps.clock.now()) };
  }

  /** Workers whose beat has not changed for as long as we watch it, and that is long enough. */
  #findSilent(others: ReadonlyMap<string, number>): Map<string, number> {
    const nowMs = this.#deps.clock.monotonicMs();
    for (const other of this.#seen.keys()) if (!others.has(other)) this.#seen.delete(other);
    for (const [other, beat] of others) {
      if (this.#seen.get(other)?.beat !== beat) this.#seen.set(other, { beat, sinceMs: nowMs });
    }
    const silentMs = (other: string): number => nowMs - (this.#seen.get(other)?.sinceMs ?? nowMs);
    return new Map([...others].filter(([other]) => silentMs(other) >= SILENCE_MS));
  }

  #beatLater(id: string): void {
    if (this.#ended) return;
    this.#cancelTimer = this.#deps.clock.after(BEAT_MS, () => {
      this.#underWay = this.#beat(id)
        .catch((error: unknown) => this.#deps.log.warn({ error }, 'the beat of this worker could not be counted'))
        .finally(() => this.#beatLater(this.#id ?? id));
    });
  }
}
