/** A worker of `--workers`: one process like any other, which tells its supervisor what there is to tell. */
import cluster from 'node:cluster';
import { assert } from '#kernel';
import { systemClock } from '../platform/clock/system-clock.ts';
import { serveProcess } from './serve-process.ts';
import type { Settings } from './settings.ts';
import { workerFolder } from './worker-folders.ts';
import { WORKER_FLAG, type WorkerMessage } from './worker-messages.ts';
import { createWorkerMetrics } from './worker-metrics.ts';

/** Serves behind the port of all workers until the supervisor says SIGTERM. */
export async function serveAsWorker({ environment, config }: Settings): Promise<void> {
  const worker = Number(process.argv[process.argv.indexOf(WORKER_FLAG) + 1]);
  assert(Number.isInteger(worker) && worker >= 1, 'a worker is told its number');
  const { dataDir, logFile } = environment;
  const own = {
    ...environment,
    processDir: workerFolder(dataDir, worker),
    // Each rotates a file of its own.
    logFile: logFile === null ? null : `${logFile}.${worker}`,
  };
  try {
    await serveProcess(
      { environment: own, config },
      {
        onKey({ bootstrap }) {
          if (bootstrap.freshKey !== null) tell({ type: 'key', freshKey: bootstrap.freshKey });
        },
        onReady: (ready) => tell({ type: 'ready', ready }),
        gatherMetrics: createWorkerMetrics(systemClock, tell, (onMessage) => void process.on('message', onMessage)),
      },
    );
  } finally {
    // The open channel alone would keep this process alive.
    cluster.worker?.disconnect();
  }
}

function tell(message: WorkerMessage): void {
  process.send?.(message);
}
