/** The only SQL on `data_move`: how far a move into this database has come. */
import { sql } from 'kysely';
import type { CopySession } from './copy-rows.ts';
import type { Tx } from './port.ts';

export interface TableProgress {
  rows: number;
  /** Key of the last row that is here, as text. */
  lastKey: readonly string[];
}

export interface MoveRecord {
  sourceId: string;
  startedAt: string;
  finishedAt: string | null;
  tables: Readonly<Record<string, TableProgress>>;
}

/** The move that made this database, or is making it; `null` where it was not moved. */
export async function findMove(session: CopySession): Promise<MoveRecord | null> {
  const { rows } = await session.query<MoveRecord>(
    `select source_id as "sourceId", started_at as "startedAt", finished_at as "finishedAt", tables from data_move`,
  );
  return rows[0] ?? null;
}

export async function insertMove(session: CopySession, sourceId: string): Promise<void> {
  await session.query('insert into data_move (source_id) values ($1)', [sourceId]);
}

export async function saveProgress(session: CopySession, table: string, progress: TableProgress): Promise<void> {
  await session.query(`update data_move set tables = tables || jsonb_build_object($1::text, $2::jsonb)`, [
    table,
    JSON.stringify(progress),
  ]);
}

export async function forgetProgress(session: CopySession): Promise<void> {
  await session.query(`update data_move set tables = '{}'`);
}

export async function finishMove(session: CopySession): Promise<void> {
  await session.query('update data_move set finished_at = now()');
}

/** When the move into this database began that is not finished; `null` where there is none. */
export async function findUnfinishedMove(tx: Tx): Promise<string | null> {
  const { rows } = await sql<{ started_at: string }>`
    select started_at from data_move where finished_at is null`.execute(tx);
  return rows[0]?.started_at ?? null;
}
