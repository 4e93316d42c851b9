/** The job that keeps workflows going: opens when the database answers, drains when the process stops. */
import type { Clock, Job } from '#kernel';
import type { Database } from '../database/port.ts';
import type { Log } from '../telemetry/port.ts';
import type { Pump } from './pump.ts';
import { WORKFLOW_CHANNEL } from './run-store.ts';
import type { RunWorker } from './work-on-runs.ts';
import type { WorkerLife } from './worker-life.ts';

interface JobParts {
  clock: Clock;
  log: Log;
  database: Database;
  /** Where no workflow is defined, nothing starts. */
  hasWork(): boolean;
  life: WorkerLife;
  worker: RunWorker;
  pump: Pump;
}

const RETRY_MS = 1_000;
/** How long steps under way may take when the process stops. */
const DRAIN_MS = 10_000;

export function createWorkflowJob({ clock, log, database, hasWork, life, worker, pump }: JobParts): Job {
  let stopped = false;
  let underWay: Promise<void> = Promise.resolve();
  let cancelRetry = (): void => {};
  let stopListening: (() => Promise<void>) | null = null;

  function onNotice(payload: string): void {
    if (payload === '') pump.wake();
    else worker.stopRun(payload);
  }

  async function open(): Promise<void> {
    try {
      stopListening ??= await database.listen(WORKFLOW_CHANNEL, onNotice);
      await life.begin();
      pump.wake();
    } catch (error) {
      log.warn({ error }, 'workflows wait for the database');
      if (!stopped) cancelRetry = clock.after(RETRY_MS, () => (underWay = open()));
    }
  }

  return {
    name: 'workflows',
    start() {
      if (hasWork()) underWay = open();
    },
    async stop() {
      stopped = true;
      worker.refuse();
      cancelRetry();
      await underWay;
      await pump.stop();
      await worker.drain(DRAIN_MS);
      await life.end().catch((error: unknown) => log.warn({ error }, 'this worker could not sign off'));
      await stopListening?.();
    },
  };
}
