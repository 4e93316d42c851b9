/** Workers that live, and when schedules fired. All as `operator`. */
import { sql } from 'kysely';
import type { Tx } from '../database/port.ts';

type WorkerTables = {
  workflow_worker: { id: string; beat: number };
  workflow_schedule: { name: string; fired_at: string };
};

export async function insertWorker(tx: Tx, id: string): Promise<void> {
  await tables(tx).insertInto('workflow_worker').values({ id, beat: 0 }).execute();
}

/** False where the worker was taken for dead. */
export async function beatWorker(tx: Tx, id: string): Promise<boolean> {
  const query = tables(tx).updateTable('workflow_worker').where('id', '=', id);
  const beaten = await query.set({ beat: sql<number>`beat + 1` }).executeTakeFirst();
  return beaten.numUpdatedRows === 1n;
}

/** False where the worker was taken for dead. Otherwise nobody takes it for dead while `tx` lasts. */
export async function holdWorker(tx: Tx, id: string): Promise<boolean> {
  const query = tables(tx).selectFrom('workflow_worker').select('id').where('id', '=', id);
  return (await query.forShare().executeTakeFirst()) !== undefined;
}

/** Id → beat. */
export async function listWorkers(tx: Tx): Promise<Map<string, number>> {
  const rows = await tables(tx).selectFrom('workflow_worker').select(['id', 'beat']).execute();
  return new Map(rows.map(({ id, beat }) => [id, beat]));
}

/** Declares workers dead whose beat still is what it was. Answers which. */
export async function deleteWorkers(tx: Tx, seen: ReadonlyMap<string, number>): Promise<string[]> {
  const gone: string[] = [];
  for (const [id, beat] of seen) {
    const query = tables(tx).deleteFrom('workflow_worker').where('id', '=', id);
    const deleted = await query.where('beat', '=', beat).executeTakeFirst();
    if (deleted.numDeletedRows === 1n) gone.push(id);
  }
  return gone;
}

export async function deleteWorker(tx: Tx, id: string): Promise<void> {
  await tables(tx).deleteFrom('workflow_worker').where('id', '=', id).execute();
}

/**
 * Notes that the schedule fires for this instant. True for the first who says so; later instants count from now, so a
 * clock set back fires nothing twice.
 */
export async function claimFiring(tx: Tx, name: string, { atMs, nowMs }: { atMs: number; nowMs: number }) {
  const at = new Date(atMs).toISOString();
  const firedAt = new Date(Math.max(atMs, nowMs)).toISOString();
  const claimed = await tables(tx)
    .updateTable('workflow_schedule')
    .set({ fired_at: firedAt })
    .where('name', '=', name)
    .where('fired_at', '<', at)
    .executeTakeFirst();
  return claimed.numUpdatedRows === 1n;
}

/** When the schedule fired last, ms since the epoch; a new one counts from now. */
export async function ensureSchedule(tx: Tx, name: string, nowMs: number): Promise<number> {
  await tables(tx)
    .insertInto('workflow_schedule')
    .values({ name, fired_at: new Date(nowMs).toISOString() })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const query = tables(tx).selectFrom('workflow_schedule').select('fired_at').where('name', '=', name);
  return Date.parse((await query.executeTakeFirstOrThrow()).fired_at);
}

const tables = (tx: Tx) => tx.withTables<WorkerTables>();
