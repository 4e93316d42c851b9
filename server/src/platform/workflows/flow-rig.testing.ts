/** A worker or several with one workflow each, for the contract suites; declares their set-up and clean-up. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Database } from '../database/port.ts';
import type { WorkflowContext } from './port.ts';
import {
  createTestClock,
  createTestWorker,
  eventually,
  makeSeverable,
  type Severable,
  type TestClock,
  type TestWorker,
} from './testing.ts';

export interface FlowRig {
  readonly database: Database;
  readonly clock: TestClock;
  /** Fresh names and a fresh clock. */
  renew(): void;
  /** A worker under the workflow name of now, not yet started. */
  makeWorker(owner?: string): TestWorker & Severable & { name: string; go(): void };
  /** One started worker with one workflow. */
  runFlow<Input>(
    run: (context: WorkflowContext, input: Input) => Promise<unknown>,
    more?: { timeoutMs?: number },
  ): TestWorker & Severable & { name: string; handle: ReturnType<typeof defineFlow<Input>> };
}

/** To be called inside a `describe`. */
export function useFlows(open: () => Promise<Database>): FlowRig {
  let database: Database;
  let clock: TestClock;
  let number = 0;
  const started: (TestWorker & Severable)[] = [];

  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());
  afterEach(async () => {
    let stopped = false;
    for (const { restore } of started) restore();
    const stopping = Promise.all(started.splice(0).map(({ workflows }) => workflows.job.stop()));
    const done = stopping.finally(() => (stopped = true));
    // Time does not pass by itself: what a drain waits for has to be let go.
    await eventually(() => (clock.advance(1_000), stopped));
    await done;
  });

  function renew(): void {
    number += 1;
    clock = createTestClock();
  }
  function makeWorker(owner = `owner${number}`): ReturnType<FlowRig['makeWorker']> {
    const severable = makeSeverable(database);
    const worker = { ...createTestWorker({ database: severable.database, clock, owner }), ...severable };
    return {
      ...worker,
      name: `flow-${number}`,
      go() {
        started.push(worker);
        worker.workflows.job.start();
      },
    };
  }
  return {
    get database() {
      return database;
    },
    get clock() {
      return clock;
    },
    renew,
    makeWorker,
    runFlow(run, more = {}) {
      renew();
      const worker = makeWorker();
      const handle = defineFlow(worker, worker.name, { run, ...more });
      worker.go();
      return { ...worker, handle };
    },
  };
}

function defineFlow<Input>(
  { workflows }: TestWorker,
  name: string,
  flow: { run(context: WorkflowContext, input: Input): Promise<unknown>; timeoutMs?: number },
) {
  return workflows.define({ ...flow, name });
}
