/** The only SQL on `projection_cursor`: up to which receipt of each writer a projection has come. */
import { sql } from 'kysely';
import type { Tx } from '#platform/database/port.ts';
import type { WriterCursors } from './summarise-receipts.ts';

type CursorTables = {
  projection_cursor: { projection: string; writer_id: string; seq: number | bigint };
};

/** Holds the projection until the transaction ends, so that two processes never add the same receipts. */
export async function lockProjection(tx: Tx, projection: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext(${`projection:${projection}`}))`.execute(tx);
}

/** Where the projection stands, by writer; a writer it has not met is missing. */
export async function readCursors(tx: Tx, projection: string): Promise<WriterCursors> {
  const rows = await tx
    .withTables<CursorTables>()
    .selectFrom('projection_cursor')
    .select(['writer_id', 'seq'])
    .where('projection', '=', projection)
    .execute();
  return new Map(rows.map((row) => [row.writer_id, BigInt(row.seq)]));
}

/** Forgets how far the projection has come: the next turn begins with the first receipt. */
export async function clearCursors(tx: Tx, projection: string): Promise<void> {
  await tx.withTables<CursorTables>().deleteFrom('projection_cursor').where('projection', '=', projection).execute();
}

export async function saveCursors(tx: Tx, projection: string, cursors: WriterCursors): Promise<void> {
  const rows = [...cursors].map(([writer_id, seq]) => ({ projection, writer_id, seq }));
  if (rows.length === 0) return;
  await tx
    .withTables<CursorTables>()
    .insertInto('projection_cursor')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['projection', 'writer_id']).doUpdateSet({ seq: (eb) => eb.ref('excluded.seq') }),
    )
    .execute();
}
