/** Runs as stored. Times are ms since the epoch. What a worker writes asks whether it still holds the run. */
import { sql, type UpdateObject } from 'kysely';
import { asTenantId, asWorkflowId, type PageRequest, type WorkflowId } from '#kernel';
import type { Tx } from '../database/port.ts';
import type { QueueLimits, RunFilter, RunState, WorkflowRun } from './port.ts';
import type { ClaimedRun, Held, NewRun } from './run-records.ts';

/** Where workers hear of work: an empty payload says look, another is the id of a run that is to stop. */
export const WORKFLOW_CHANNEL = 'reeve_workflows';

type RunTable = {
  id: string;
  tenant_id: string;
  name: string;
  queue: string;
  state: string;
  input: unknown;
  output: unknown;
  reason: string | null;
  progress: unknown;
  waiting_for: string | null;
  stop: string | null;
  crashes: number;
  worker: string | null;
  dedupe_key: string | null;
  due_at: string;
  deadline_at: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  discarded_at: string | null;
};

/** Queues a run, or answers the id of the one that took its key before. */
export async function insertRun(tx: Tx, run: NewRun): Promise<WorkflowId> {
  const { id, tenantId, name, dedupeKey } = run;
  const deadline = run.deadlineMs === null ? null : toIso(run.deadlineMs);
  const { numAffectedRows } = await sql`
    insert into workflow_run (id, tenant_id, name, queue, input, dedupe_key, due_at, deadline_at, created_at)
    values (${id}, ${tenantId}, ${name}, ${run.queue}, ${run.input}, ${dedupeKey}, ${toIso(run.dueAtMs)}, ${deadline},
      ${toIso(run.nowMs)})
    on conflict (tenant_id, name, dedupe_key) where dedupe_key is not null do nothing`.execute(tx);
  if (numAffectedRows === 1n) {
    await notifyWorkers(tx, '');
    return id;
  }
  const query = tables(tx).selectFrom('workflow_run').select('id').where('tenant_id', '=', tenantId);
  const earlier = await query.where('name', '=', name).where('dedupe_key', '=', dedupeKey).executeTakeFirstOrThrow();
  return asWorkflowId(earlier.id);
}

interface ClaimWish extends QueueLimits {
  queue: string;
  /** Workflows that this worker knows. */
  names: readonly string[];
  worker: string;
  nowMs: number;
}

/**
 * Takes up to `concurrency` runs that are due. Tenants take turns: who has fewest runs under way comes first, however many
 * others wait. One worker claims from a queue at a time, so that the limits hold over all of them.
 */
export async function claimRuns(tx: Tx, wish: ClaimWish): Promise<ClaimedRun[]> {
  const { queue, names, worker, perTenant, concurrency } = wish;
  const now = toIso(wish.nowMs);
  await sql`select pg_advisory_xact_lock(hashtextextended(${`reeve workflows ${queue}`}, 0))`.execute(tx);
  const { rows } = await sql<RunTable>`
    with recursive tenants as (
      (select min(tenant_id) as id from workflow_run where state = 'queued' and queue = ${queue})
      union all
      (select (select min(tenant_id) from workflow_run
               where state = 'queued' and queue = ${queue} and tenant_id > tenants.id)
       from tenants where tenants.id is not null)
    ), busy as (
      select tenant_id, count(*) as runs from workflow_run where state = 'running' and queue = ${queue} group by tenant_id
    ), waiting as (
      select candidate.id, candidate.due_at,
        coalesce(busy.runs, 0) + row_number() over (partition by tenants.id order by candidate.due_at, candidate.id) as turn
      from tenants
      cross join lateral (
        select id, due_at from workflow_run
        where state = 'queued' and queue = ${queue} and tenant_id = tenants.id and due_at <= ${now}
          and name = any(${names}::text[])
        order by due_at, id limit ${perTenant}
      ) candidate
      left join busy on busy.tenant_id = tenants.id
    ), chosen as (
      select id from waiting where turn <= ${perTenant} order by turn, due_at, id limit ${concurrency}
    )
    update workflow_run set state = 'running', worker = ${worker}, waiting_for = null,
      started_at = coalesce(started_at, ${now})
    where id in (select id from chosen) and state = 'queued'
    returning *`.execute(tx);
  return rows.map((row) => ({
    id: asWorkflowId(row.id),
    tenantId: asTenantId(row.tenant_id),
    name: row.name,
    input: row.input,
    canceled: row.stop !== null,
    crashes: row.crashes,
    deadlineAtMs: toMs(row.deadline_at),
  }));
}

/** When the next of these workflows is due, `null` where none waits. */
export async function findNextDue(tx: Tx, names: readonly string[]): Promise<number | null> {
  const row = await tables(tx)
    .selectFrom('workflow_run')
    .select((eb) => eb.fn.min('due_at').as('due'))
    .where('state', '=', 'queued')
    .where('name', '=', sql<string>`any(${names}::text[])`)
    .executeTakeFirst();
  return toMs((row?.due as string | null | undefined) ?? null);
}

/** Whether the run is to stop; `null` where the worker holds it no more. Nobody takes it away while `tx` lasts. */
export async function holdRun(tx: Tx, held: Held): Promise<{ canceled: boolean } | null> {
  const query = tables(tx).selectFrom('workflow_run').select('stop').where('id', '=', held.id);
  const row = query.where('worker', '=', held.worker).where('state', '=', 'running').forUpdate().executeTakeFirst();
  return row.then((found) => (found === undefined ? null : { canceled: found.stop !== null }));
}

/** The run came further: crashes before this no longer count. */
export const noteAdvance = (tx: Tx, held: Held): Promise<boolean> => changeHeld(tx, held, { crashes: 0 });

export const storeProgress = (tx: Tx, held: Held, value: string): Promise<boolean> =>
  changeHeld(tx, held, { progress: value });

interface Return {
  dueAtMs: number;
  nowMs: number;
  waitingFor: string | null;
  /** False: a run that is to stop is due at once. */
  stopTold: boolean;
  /** A fault that nobody expected: it counts as if its worker had died. */
  faulty?: boolean;
}

/** Puts the run back into its queue. */
export function putBack(tx: Tx, held: Held, { dueAtMs, nowMs, waitingFor, stopTold, faulty }: Return) {
  const due = sql<string>`case when stop is null or ${stopTold} then ${toIso(dueAtMs)}::timestamptz
    else ${toIso(nowMs)}::timestamptz end`;
  const crashes = sql<number>`crashes + ${faulty ? 1 : 0}`;
  return changeHeld(tx, held, { state: 'queued', worker: null, due_at: due, waiting_for: waitingFor, crashes });
}

interface Ending {
  state: 'ready' | 'failed' | 'canceled';
  /** JSON. */
  output: string | null;
  reason: string | null;
  nowMs: number;
}

export const endRun = (tx: Tx, held: Held, { state, output, reason, nowMs }: Ending): Promise<boolean> =>
  changeHeld(tx, held, { state, output, reason, worker: null, finished_at: toIso(nowMs) });

async function changeHeld(tx: Tx, held: Held, change: UpdateObject<RunTables, 'workflow_run'>): Promise<boolean> {
  const query = tables(tx).updateTable('workflow_run').set(change).where('id', '=', held.id);
  const changed = await query.where('worker', '=', held.worker).where('state', '=', 'running').executeTakeFirst();
  return changed.numUpdatedRows === 1n;
}

/** Makes a waiting run look for its message now. */
export async function wakeRun(tx: Tx, id: WorkflowId, nowMs: number): Promise<void> {
  await tables(tx)
    .updateTable('workflow_run')
    .set({ due_at: sql<string>`least(due_at, ${toIso(nowMs)})` })
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .where('waiting_for', 'is not', null)
    .execute();
  await notifyWorkers(tx, '');
}

/** Takes the runs of dead workers back, over all tenants. Answers how many. */
export async function takeBackRuns(tx: Tx, workers: readonly string[], nowMs: number): Promise<number> {
  const taken = await tables(tx)
    .updateTable('workflow_run')
    .set({ state: 'queued', worker: null, due_at: toIso(nowMs), crashes: sql<number>`crashes + 1` })
    .where('state', '=', 'running')
    .where('worker', '=', sql<string>`any(${workers}::text[])`)
    .executeTakeFirst();
  if (taken.numUpdatedRows > 0n) await notifyWorkers(tx, '');
  return Number(taken.numUpdatedRows);
}

/** Puts back what the worker holds without knowing: a claim whose answer got lost. */
export async function releaseForgotten(tx: Tx, worker: string, known: readonly string[]): Promise<void> {
  await sql`update workflow_run set state = 'queued', worker = null
    where state = 'running' and worker = ${worker} and not id = any(${known}::text[])`.execute(tx);
}

/** One that never ran ends; another is asked to stop. False where it has ended. */
export async function stopRun(tx: Tx, id: WorkflowId, nowMs: number): Promise<boolean> {
  const now = toIso(nowMs);
  const { rows } = await sql<{ state: string }>`
    update workflow_run set
      state = case when state = 'queued' and started_at is null then 'canceled' else state end,
      finished_at = case when state = 'queued' and started_at is null then ${now}::timestamptz else finished_at end,
      stop = 'canceled', due_at = least(due_at, ${now})
    where id = ${id} and state in ('queued', 'running')
    returning state`.execute(tx);
  if (rows.length === 0) return false;
  await notifyWorkers(tx, rows[0]?.state === 'running' ? id : '');
  return true;
}

/** Queues a failed run again; a stop or deadline of before is over. False where it is no dead letter. */
export async function requeueDead(tx: Tx, id: WorkflowId, nowMs: number): Promise<boolean> {
  const afresh = { reason: null, crashes: 0, finished_at: null, deadline_at: null, stop: null };
  const changed = await dead(tx, id)
    .set({ ...afresh, state: 'queued', due_at: toIso(nowMs) })
    .executeTakeFirst();
  await notifyWorkers(tx, '');
  return changed.numUpdatedRows === 1n;
}

export async function discardDead(tx: Tx, id: WorkflowId, nowMs: number): Promise<boolean> {
  const update = dead(tx, id).set({ discarded_at: toIso(nowMs) });
  return (await update.executeTakeFirst()).numUpdatedRows === 1n;
}

function dead(tx: Tx, id: WorkflowId) {
  const update = tables(tx).updateTable('workflow_run').where('id', '=', id);
  return update.where('state', '=', 'failed').where('discarded_at', 'is', null);
}

/** The runs that this transaction sees, by age; one more than the page holds. */
export async function listRuns(tx: Tx, page: PageRequest, filter: RunFilter): Promise<WorkflowRun[]> {
  let query = tables(tx).selectFrom('workflow_run').selectAll();
  query = query.where('id', '>', page.after?.[0] ?? '');
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (filter.name !== undefined) query = query.where('name', '=', filter.name);
  if (filter.exceptName !== undefined) query = query.where('name', '<>', filter.exceptName);
  if (filter.deadOnly) query = query.where('state', '=', 'failed').where('discarded_at', 'is', null);
  query = query.orderBy('id').limit(page.limit + 1);
  return (await query.execute()).map(toRun);
}

export async function findRun(tx: Tx, id: WorkflowId): Promise<WorkflowRun | null> {
  const row = await tables(tx).selectFrom('workflow_run').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toRun(row);
}

/** Deletes runs, over all tenants, that ended before `beforeMs` and are no dead letters. Answers their ids. */
export async function deleteEnded(tx: Tx, beforeMs: number, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    delete from workflow_run where id in (
      select id from workflow_run where finished_at < ${toIso(beforeMs)}
        and (state <> 'failed' or discarded_at is not null) limit ${limit})
    returning id`.execute(tx);
  return rows.map(({ id }) => id);
}

async function notifyWorkers(tx: Tx, payload: string): Promise<void> {
  await sql`select pg_notify(${WORKFLOW_CHANNEL}, ${payload})`.execute(tx);
}

type RunTables = { workflow_run: RunTable };
const tables = (tx: Tx) => tx.withTables<RunTables>();

function toRun(row: RunTable): WorkflowRun {
  return {
    id: asWorkflowId(row.id),
    tenantId: asTenantId(row.tenant_id),
    name: row.name,
    queue: row.queue,
    // The table's check constraint knows these.
    state: row.state as RunState,
    reason: row.reason,
    progress: row.progress,
    output: row.output,
    waitingFor: row.waiting_for,
    stopRequested: row.stop !== null,
    dueAtMs: Date.parse(row.due_at),
    createdAtMs: Date.parse(row.created_at),
    startedAtMs: toMs(row.started_at),
    finishedAtMs: toMs(row.finished_at),
  };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}

function toMs(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso);
}
