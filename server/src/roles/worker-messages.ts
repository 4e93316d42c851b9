/** What workers and their supervisor say to each other. */
import type { Ready } from './serve-process.ts';

/** Stands before the worker's number on its command line, where `ps` shows it too. */
export const WORKER_FLAG = '--worker';

/** From a worker. `gather` asks for the metrics of all workers, `metrics` answers for one. */
export type WorkerMessage =
  | { type: 'key'; freshKey: string }
  | { type: 'ready'; ready: Ready }
  | { type: 'gather'; id: number }
  | { type: 'metrics'; id: number; text: string };

/** From the supervisor. `render` asks for the worker's own metrics, `gathered` answers with those of all. */
export type SupervisorMessage = { type: 'render'; id: number } | { type: 'gathered'; id: number; text: string };
