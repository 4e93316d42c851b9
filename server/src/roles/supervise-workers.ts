/** `--workers N`: starts them behind one port, replaces those that die, and stops or renews them in good order. */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { systemClock } from '../platform/clock/system-clock.ts';
import { createLineSink, createStderrTarget } from '../platform/telemetry/line-sink.ts';
import { createPinoLog } from '../platform/telemetry/pino-log.ts';
import type { Log } from '../platform/telemetry/port.ts';
import { openRotatingFile } from '../platform/telemetry/rotating-file.ts';
import type { Environment } from './environment.ts';
import type { Ready } from './serve-process.ts';
import { WORKER_FLAG, type SupervisorMessage, type WorkerMessage } from './worker-messages.ts';
import { createMetricsGathering, type MetricsSource } from './worker-metrics.ts';

const BACK_OFF_MS_MIN = 250;
const BACK_OFF_MS_MAX = 30_000;
/** A worker that lived so long died of something else than its predecessor. */
const STEADY_MS = 60_000;

interface Hooks {
  onKey(freshKey: string): void;
  onReady(ready: Ready): void;
}

/** One place of a worker; processes come and go in it. */
interface Place extends MetricsSource {
  process: Worker | null;
  startedMs: number;
  /** It has been ready once: from then on a death is followed by a new start, before it by the end of all. */
  steady: boolean;
  /** Its process was told to go. */
  leaving: boolean;
  /** Deaths in a row. */
  deaths: number;
  cancelStart(): void;
}

/**
 * Runs until SIGTERM or SIGINT and all workers are gone. SIGHUP renews them one after the other, with their
 * configuration read anew, while the others serve. Rejects where a worker cannot even start the first time.
 */
export async function superviseWorkers(environment: Environment, hooks: Hooks): Promise<void> {
  const { logFile, logLevel } = environment;
  const sink = createLineSink(
    logFile === null ? createStderrTarget() : openRotatingFile(logFile, systemClock),
    systemClock,
  );
  const supervisor = new Supervisor(environment.shape.workers, createPinoLog(logLevel, sink, systemClock), hooks);
  try {
    await supervisor.run();
  } finally {
    await sink.close();
  }
}

class Supervisor {
  readonly #log: Log;
  readonly #hooks: Hooks;
  readonly #places: readonly Place[];
  readonly #hear: (from: MetricsSource, message: WorkerMessage) => void;
  #stopping = false;
  #renewal: Promise<void> = Promise.resolve();

  constructor(count: number, log: Log, hooks: Hooks) {
    this.#log = log;
    this.#hooks = hooks;
    this.#places = Array.from({ length: count }, (_, index) => createPlace(index + 1));
    this.#hear = createMetricsGathering(systemClock, () =>
      this.#places.filter(({ process: worker }) => worker !== null),
    );
  }

  async run(): Promise<void> {
    const signal = this.#hearSignals();
    // The supervisor takes connections and hands them on, so that none is lost with a worker that leaves.
    cluster.schedulingPolicy = cluster.SCHED_RR;
    const ready: Ready[] = [];
    try {
      // One after the other: the first brings the schema up and makes the owner's key.
      for (const place of this.#places) if (!this.#stopping) ready.push(await this.#start(place));
      const [first] = ready;
      if (first !== undefined && !this.#stopping) this.#hooks.onReady(first);
      await signal;
    } finally {
      this.#stopping = true;
      await Promise.all(this.#places.map((place) => this.#end(place, 'SIGTERM')));
    }
  }

  #hearSignals(): Promise<void> {
    process.on('SIGHUP', () => {
      this.#renewal = this.#renewal
        .then(() => this.#renew())
        .catch((error: unknown) => {
          this.#log.error({ error }, 'the workers were not all renewed');
        });
    });
    return new Promise((resolve) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        process.on(signal, () => {
          this.#stopping = true;
          // Not after the first is gone: all get the same half minute.
          for (const { process: worker } of this.#places) worker?.process.kill(signal);
          resolve();
        });
      }
    });
  }

  /** Starts a process in this place; resolves when it is ready, rejects when it ends before. */
  #start(place: Place): Promise<Ready> {
    cluster.setupPrimary({ args: [...process.argv.slice(2), WORKER_FLAG, String(place.number)] });
    const worker = cluster.fork();
    Object.assign(place, { process: worker, startedMs: systemClock.monotonicMs(), leaving: false });
    return new Promise((resolve, reject) => {
      worker.on('message', (message: WorkerMessage) => {
        if (message.type === 'key') this.#hooks.onKey(message.freshKey);
        else if (message.type === 'ready') {
          place.steady = true;
          resolve(message.ready);
        } else this.#hear(place, message);
      });
      worker.on('error', (error) => this.#log.error({ worker: place.number, error }, 'a worker cannot be reached'));
      worker.once('exit', (code: number | null, signal: string | null) => {
        place.process = null;
        reject(new Error(`Worker ${place.number} ended before it was ready (${signal ?? code}); it says why above.`));
        this.#noteEnd(place, signal ?? code);
      });
    });
  }

  #noteEnd(place: Place, how: string | number | null): void {
    if (this.#stopping || place.leaving || !place.steady) return;
    const livedMs = systemClock.monotonicMs() - place.startedMs;
    place.deaths = livedMs > STEADY_MS ? 1 : place.deaths + 1;
    const waitMs = Math.min(BACK_OFF_MS_MAX, BACK_OFF_MS_MIN * 2 ** (place.deaths - 1));
    this.#log.error({ worker: place.number, ended: how, restart_ms: waitMs }, 'a worker died and is replaced');
    place.cancelStart = systemClock.after(waitMs, () => {
      // Where it dies again its end is noted again, and the next start follows.
      this.#start(place).then(
        () => this.#log.info({ worker: place.number }, 'the worker is back'),
        () => undefined,
      );
    });
  }

  async #renew(): Promise<void> {
    for (const place of this.#places) {
      if (this.#stopping) return;
      await this.#end(place, 'SIGTERM');
      await this.#start(place);
      this.#log.info({ worker: place.number }, 'the worker is renewed');
    }
  }

  async #end(place: Place, signal: NodeJS.Signals): Promise<void> {
    place.cancelStart();
    const { process: worker } = place;
    if (worker === null) return;
    place.leaving = true;
    const gone = once(worker, 'exit');
    worker.process.kill(signal);
    await gone;
  }
}

function createPlace(number: number): Place {
  const place: Place = {
    number,
    process: null,
    startedMs: 0,
    steady: false,
    leaving: false,
    deaths: 0,
    cancelStart: () => undefined,
    tell: (message: SupervisorMessage) => void place.process?.send(message),
  };
  return place;
}
