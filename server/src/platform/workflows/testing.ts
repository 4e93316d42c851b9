/** Workers over a real database whose time stands still until a test moves it, for the tests of rooms with workflows. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createIdSource, defaultTenantId, type Clock, type TenantId, type WorkflowId } from '#kernel';
import { createSystemRandom } from '../clock/system-clock.ts';
import { createVirtualClock, type VirtualClock } from '../clock/testing.ts';
import type { Database } from '../database/port.ts';
import type { Log } from '../telemetry/port.ts';
import { createWorkflows } from './create-workflows.ts';
import type { StartRequest, WorkflowHandle, WorkflowRun, Workflows } from './port.ts';

const EVENTUALLY_MS = 20_000;
const TICK_MS = 200;

const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A clock whose wall time can be set wrong while its steady time goes on. */
export interface TestClock extends VirtualClock {
  jump(ms: number): void;
}

export function createTestClock(startMs = Date.now()): TestClock {
  const clock = createVirtualClock(startMs);
  let offsetMs = 0;
  return { ...clock, now: () => clock.now() + offsetMs, jump: (ms) => void (offsetMs += ms) };
}

export interface TestWorker {
  workflows: Workflows;
  /** Starts a run in a transaction of its own. */
  start<Input>(handle: WorkflowHandle<Input>, input: Input, more?: Partial<StartRequest<Input>>): Promise<WorkflowId>;
  find(id: WorkflowId, tenantId?: TenantId): Promise<WorkflowRun>;
  /** Waits for the run to come into a state, by default to its end. */
  until(id: WorkflowId, fits?: (run: WorkflowRun) => boolean, tenantId?: TenantId): Promise<WorkflowRun>;
}

/** A database that a test can take away from a worker: what was asked meanwhile is done when it is back. */
export interface Severable {
  database: Database;
  /** As after `kill -9`: nothing of this worker reaches the database. */
  sever(): void;
  restore(): void;
}

export function makeSeverable(database: Database): Severable {
  let { promise: open, resolve: restore } = Promise.withResolvers<void>();
  restore();
  return {
    database: {
      ...database,
      forTenant: (scope, work) => open.then(() => database.forTenant(scope, work)),
      asRole: (role, work, options) => open.then(() => database.asRole(role, work, options)),
    },
    sever: () => void ({ promise: open, resolve: restore } = Promise.withResolvers<void>()),
    restore: () => restore(),
  };
}

interface WorkerInputs {
  database: Database;
  clock: Clock;
  owner?: string;
  log?: Log;
}

/** Defines nothing and starts nothing: call `workflows.define` and then `workflows.job.start()`. */
export function createTestWorker({ database, clock, owner = 'test', log = silentLog }: WorkerInputs): TestWorker {
  const ids = createIdSource(clock, createSystemRandom());
  const workflows = createWorkflows({ database, clock, ids, log, owner });
  const find = async (id: WorkflowId, tenantId: TenantId = defaultTenantId): Promise<WorkflowRun> => {
    const run = await workflows.find({ tenantId }, id);
    if (run === null) throw new Error(`there is no run ${id}`);
    return run;
  };
  return {
    workflows,
    find,
    start: (handle, input, more = {}) => {
      const tenantId = more.tenantId ?? defaultTenantId;
      return database.forTenant({ tenantId }, (tx) => handle.start(tx, { ...more, tenantId, input }));
    },
    async until(id, fits = (run) => run.finishedAtMs !== null, tenantId = defaultTenantId) {
      let last: WorkflowRun | undefined;
      await eventually(async () => {
        // Time passes while a test waits, as it does in life.
        if ('advance' in clock) (clock as VirtualClock).advance(TICK_MS);
        return fits((last = await find(id, tenantId)));
      });
      if (last === undefined) throw new Error('unreachable');
      return last;
    },
  };
}

/** Waits, in real time, until the condition holds. */
export async function eventually(holds: () => Promise<boolean> | boolean): Promise<void> {
  const endMs = performance.now() + EVENTUALLY_MS;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`not so after ${EVENTUALLY_MS} ms: ${holds.toString()}`);
    await sleep(5);
  }
}
