/** The engine of workflows, on journal tables of either database. */
import type { Clock, IdSource } from '#kernel';
import type { Database } from '../database/port.ts';
import type { Log } from '../telemetry/port.ts';
import { parseCron } from './cron.ts';
import { createScheduler } from './fire-schedules.ts';
import { manageRuns } from './manage-runs.ts';
import type { QueueLimits, StartRequest, WorkflowDefinition, WorkflowHandle, Workflows } from './port.ts';
import { createPump } from './pump.ts';
import type { NewRun } from './run-records.ts';
import { insertRun } from './run-store.ts';
import { createDeadRuns, createRunsPart } from './show-runs.ts';
import { createSweeper } from './sweep-runs.ts';
import { DEFAULT_QUEUE, RunWorker, type AnyDefinition } from './work-on-runs.ts';
import { WorkerLife } from './worker-life.ts';
import { createWorkflowJob } from './workflow-jobs.ts';
import { createWorkflowRoutes } from './workflow-routes.ts';

export interface WorkflowInputs {
  database: Database;
  clock: Clock;
  ids: IdSource;
  log: Log;
  /** Names this process's place, the same after a restart; no other process has it at the same time. */
  owner: string;
}

const LIMITS: QueueLimits = { concurrency: 8, perTenant: 4 };

export function createWorkflows(inputs: WorkflowInputs): Workflows {
  const { database, clock, log } = inputs;
  const definitions = new Map<string, AnyDefinition>();
  const limits = new Map<string, QueueLimits>();
  const life = new WorkerLife(inputs, () => worker.loseAll());
  const worker = new RunWorker(
    { database, clock, log, definitions, limitsOf: (queue) => limits.get(queue) ?? LIMITS, workerId: () => life.id },
    () => pump.wake(),
  );
  const scheduler = createScheduler({
    database,
    clock,
    makeRun: (definition, request) => makeRun(inputs, definition, request),
  });
  const sweeper = createSweeper({ database, clock });
  const pump = createPump({ clock, log }, async () => {
    const fireAtMs = await scheduler.fire();
    const dueAtMs = await worker.claim();
    await sweeper.sweep();
    return Math.min(fireAtMs ?? Infinity, dueAtMs ?? Infinity);
  });

  function define<Input, Output>(definition: WorkflowDefinition<Input, Output>): WorkflowHandle<Input> {
    const { name, cron } = definition;
    if (definitions.has(name)) throw new TypeError(`the workflow ${name} is defined twice`);
    // Inputs are written by `start` of the same definition, which knows their type.
    const own = definition as AnyDefinition;
    if (cron !== undefined) scheduler.add(own, parseCron(cron));
    definitions.set(name, own);
    return { name, start: (tx, request) => insertRun(tx, makeRun(inputs, own, request)) };
  }

  const job = createWorkflowJob({ clock, log, database, hasWork: () => definitions.size > 0, life, worker, pump });
  const managed = manageRuns(database, clock);
  const check = (): Promise<string | null> => Promise.resolve(pump.failure());
  return {
    define,
    limitQueue: (name, wanted) => void limits.set(name, wanted),
    ...managed,
    job,
    check,
    plugin: {
      name: 'workflows',
      routes: createWorkflowRoutes(managed),
      jobs: [job],
      health: [{ name: 'workflows', servesWithout: true, check }],
      live: [createRunsPart({ database, clock, managed })],
      deadLetters: [createDeadRuns({ database, clock, managed })],
    },
  };
}

function makeRun({ clock, ids }: WorkflowInputs, definition: AnyDefinition, request: StartRequest<unknown>): NewRun {
  const nowMs = clock.now();
  const dueAtMs = nowMs + (request.delayMs ?? 0);
  return {
    id: ids.next('workflow'),
    tenantId: request.tenantId,
    name: definition.name,
    queue: definition.queue ?? DEFAULT_QUEUE,
    input: JSON.stringify(request.input) ?? 'null',
    dedupeKey: request.dedupeKey ?? null,
    nowMs,
    dueAtMs,
    deadlineMs: definition.timeoutMs === undefined ? null : dueAtMs + definition.timeoutMs,
  };
}
