/** How many runs there are, and how long the oldest has waited: of a tenant, or as `operator` of all. */
import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';

export interface QueueFigures {
  queue: string;
  running: number;
  /** Due, and not yet taken by a worker. */
  due: number;
  /** Queued, and asleep or waiting for a message or their time. */
  waiting: number;
  /** For how long the oldest of the due has been due; `null` where none is. */
  oldestDueMs: number | null;
}

/** Counting stops here: somebody looks every few seconds, and more says no more to them. */
const COUNTED_MAX = 100_000;

export async function readQueueFigures(tx: Tx, nowMs: number): Promise<QueueFigures[]> {
  const now = new Date(nowMs).toISOString();
  const { rows } = await sql<QueueFigures>`
    with counted as (
      (select queue, state, due_at from workflow_run where state = 'queued' limit ${COUNTED_MAX})
      union all
      (select queue, state, due_at from workflow_run where state = 'running' limit ${COUNTED_MAX})
    )
    select queue,
      (count(*) filter (where state = 'running'))::float8 as running,
      (count(*) filter (where state = 'queued' and due_at <= ${now}::timestamptz))::float8 as due,
      (count(*) filter (where state = 'queued' and due_at > ${now}::timestamptz))::float8 as waiting,
      (extract(epoch from ${now}::timestamptz
        - min(due_at) filter (where state = 'queued' and due_at <= ${now}::timestamptz)) * 1000)::float8 as "oldestDueMs"
    from counted group by queue order by queue`.execute(tx);
  return rows;
}

export async function countDead(tx: Tx): Promise<number> {
  const { rows } = await sql<{ runs: number }>`
    select count(*)::float8 as runs from (
      select from workflow_run where state = 'failed' and discarded_at is null limit ${COUNTED_MAX}) dead`.execute(tx);
  return rows[0]?.runs ?? 0;
}
