/**
 * What workflows cost, on either database: `node bench/workflows/run.ts [postgres://…]`, without a URL the embedded one in a
 * temp folder. Each figure is printed on a line of its own.
 */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asTenantId, createIdSource, defaultTenantId, type WorkflowId } from '../../server/src/kernel/index.ts';
import { createSystemRandom, systemClock } from '../../server/src/platform/clock/system-clock.ts';
import { lockDataFolder } from '../../server/src/platform/database/data-folder-lock.ts';
import { openPgliteDatabase } from '../../server/src/platform/database/pglite-database.ts';
import type { Database } from '../../server/src/platform/database/port.ts';
import { openPostgresDatabase } from '../../server/src/platform/database/postgres-database.ts';
import { createWorkflows } from '../../server/src/platform/workflows/create-workflows.ts';

const RUNS = 100;
const IDLE_MS = 30_000;
const SCOPE = { tenantId: defaultTenantId };
const silent = (): void => undefined;

const url = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'reeve-bench-workflows-'));
let transactions = 0;
const database = counted(
  url === undefined ? await openPgliteDatabase({ lock: lockDataFolder(folder) }) : await openPostgresDatabase({ url }),
);
await database.migrate();
const rssBefore = process.memoryUsage().rss;
const ids = createIdSource(systemClock, createSystemRandom());
const log = { debug: silent, info: silent, warn: silent, error: silent };
const workflows = createWorkflows({ database, clock: systemClock, ids, log, owner: 'bench' });
workflows.limitQueue('turns', { concurrency: 8, perTenant: 2 });
let ended = 0;
const twoSteps = workflows.define({
  name: 'two-steps',
  queue: 'turns',
  async run(context) {
    for (const name of ['one', 'two']) await context.step(name, () => Promise.resolve(1));
    ended += 1;
  },
});
let heard = 0;
const listener = workflows.define({
  name: 'listener',
  async run(context) {
    for (;;) {
      await context.receive('letters', { timeoutMs: 60_000 });
      await context.step('heard', () => Promise.resolve((heard = performance.now())));
    }
  },
});
const openedMs = performance.now();
workflows.job.start();
await startOne(0);
while (ended < 1) await sleep(1);
say('first run after opening, ms', performance.now() - openedMs);

ended = 0;
const queuedMs = performance.now();
for (let number = 0; number < RUNS; number += 1) await startOne(number % 4);
while (ended < RUNS) await sleep(1);
say(`${RUNS} runs of two steps, 4 tenants with 2 places each, ms`, performance.now() - queuedMs);

const id = await database.forTenant(SCOPE, (tx) => listener.start(tx, { ...SCOPE, input: null }));
const wakes: number[] = [];
for (let number = 0; number < 30; number += 1) {
  await waitUntilItWaits(id);
  const sentMs = performance.now();
  heard = 0;
  await database.forTenant(SCOPE, (tx) =>
    workflows.send(tx, { ...SCOPE, workflowId: id, topic: 'letters', body: number }),
  );
  while (heard === 0) await sleep(1);
  wakes.push(heard - sentMs);
}
say('from a message sent to the waiting run that has it, ms (median)', wakes.toSorted((a, b) => a - b)[15] ?? 0);
await workflows.cancel(SCOPE, id);
await sleep(500);
transactions = 0;
const cpu = process.cpuUsage();
await sleep(IDLE_MS);
const spent = process.cpuUsage(cpu);
say(`transactions while idle, ${IDLE_MS / 1000} s`, transactions);
say('CPU while idle, ms a second', (spent.user + spent.system) / 1000 / (IDLE_MS / 1000));
say('memory more than the database alone, MB', (process.memoryUsage().rss - rssBefore) / 1e6);
await workflows.job.stop();
await database.close();
await rm(folder, { recursive: true, force: true });

function startOne(tenant: number): Promise<WorkflowId> {
  const scope = { tenantId: asTenantId(`ten_${String(tenant).padStart(26, '0')}`) };
  return database.forTenant(scope, (tx) => twoSteps.start(tx, { ...scope, input: null }));
}

async function waitUntilItWaits(run: WorkflowId): Promise<void> {
  while (typeof (await workflows.find(SCOPE, run))?.waitingFor !== 'string') await sleep(2);
}

function counted(inner: Database): Database {
  const count = <T>(work: Promise<T>): Promise<T> => ((transactions += 1), work);
  return {
    ...inner,
    forTenant: (scope, work) => count(inner.forTenant(scope, work)),
    asRole: (role, work, options) => count(inner.asRole(role, work, options)),
  };
}

function say(what: string, value: number): void {
  console.log(`${what}: ${value.toFixed(1)}`);
}
