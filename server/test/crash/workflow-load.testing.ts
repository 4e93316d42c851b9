/**
 * Run as a process of its own by the crash test of workflows: starts runs and works on them until it is killed. The
 * notes get `ready`, `asked <run>` after each start, `effect <run>:<step> <key>` for each effect outside, `settled`.
 *
 * Arguments: data folder or database URL, the worker's place, the notes' path, `load` or `finish`, the promise to break.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { createIdSource, defaultTenantId } from '#kernel';
import { createSystemRandom, systemClock } from '#platform/clock/system-clock.ts';
import { lockDataFolder } from '#platform/database/data-folder-lock.ts';
import { openPgliteDatabase } from '#platform/database/pglite-database.ts';
import { openPostgresDatabase } from '#platform/database/postgres-database.ts';
import { createWorkflows } from '#platform/workflows/create-workflows.ts';
import type { StepContext, WorkflowContext } from '#platform/workflows/port.ts';
import { openNotes } from '../rigs/kill-loop.ts';

const [, , place = '', owner = '', path = '', mode = 'load', broken = ''] = process.argv;
const SCOPE = { tenantId: defaultTenantId };
const RUNS_PER_LIFE = 40;
const notes = openNotes(path);
const silent = (): void => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

const database = place.startsWith('postgres:')
  ? await openPostgresDatabase({ url: place })
  : await openPgliteDatabase({ lock: lockDataFolder(place) });
await database.migrate();
const ids = createIdSource(systemClock, createSystemRandom());
const workflows = createWorkflows({ database, clock: systemClock, ids, log, owner });

const handle = workflows.define({
  name: 'four-effects',
  async run(context: WorkflowContext, { lingers }: { lingers: boolean }) {
    await context.step('first', (step) => effect(context, 'first', step));
    await context.transact('count', (tx) => count(context.workflowId, tx));
    await context.sleep('pause', 15);
    await context.step('second', async (step) => {
      const isFirstTime = !notes.read().some((line) => line.startsWith(`effect ${context.workflowId}:second `));
      await effect(context, 'second', step);
      // So that some kill surely falls between an effect and its journal.
      if (lingers && isFirstTime && mode === 'load') await new Promise(() => undefined);
    });
    await context.step('third', (step) => effect(context, 'third', step));
  },
});
workflows.job.start();
notes.add('ready');
if (mode === 'load') await startRuns();
else await settle();

/** Happens outside, where only the key tells whether it happened before. */
async function effect({ workflowId }: WorkflowContext, step: string, { idempotencyKey }: StepContext): Promise<void> {
  await sleep(2);
  const key = broken === 'sends no key' ? ids.next('request') : idempotencyKey;
  notes.add(`effect ${workflowId}:${step} ${key}`);
}

/** Happens inside the database: a row that counts how often. */
async function count(id: string, tx: Parameters<Parameters<WorkflowContext['transact']>[1]>[0]): Promise<void> {
  await sql`
    insert into idempotency_key (tenant_id, key_hash, fingerprint, owner, state, status, created_at, locked_until, expires_at)
    values (${defaultTenantId}, ${id}, '', '', 'running', 1, now(), now(), now())
    on conflict (tenant_id, key_hash) do update set status = idempotency_key.status + 1`.execute(tx);
}

async function startRuns(): Promise<never> {
  for (let number = 0; number < RUNS_PER_LIFE; number += 1) {
    const input = { lingers: number === 0 };
    notes.add(`asked ${await database.forTenant(SCOPE, (tx) => handle.start(tx, { ...SCOPE, input }))}`);
    await sleep(10);
  }
  return new Promise(() => setInterval(silent, 60_000));
}

async function settle(): Promise<void> {
  const isOpen = async (): Promise<boolean> => {
    for (const state of ['queued', 'running'] as const) {
      if ((await workflows.list(SCOPE, { limit: 1, after: null }, { state })).length > 0) return true;
    }
    return false;
  };
  while (await isOpen()) await sleep(50);
  notes.add('settled');
  await new Promise(() => setInterval(silent, 60_000));
}
