/** Copies tables from one database into another: in batches, each committed with how far it went. */
import { escapeIdentifier, escapeLiteral } from 'pg';
import { must } from '#kernel';
import { copyIn, copyOut, readCopyLine, type CopySession } from './copy-rows.ts';
import { copyCounters, type MoveTable } from './move-catalogue.ts';
import { saveProgress, type TableProgress } from './move-store.ts';

export interface MoveSessions {
  /** Nothing is written here. */
  source: CopySession;
  target: CopySession;
}

const BATCH_ROWS = 5_000;

/** Copies what stands behind `from`, and tells after each batch how many rows are there. */
export async function copyTable(
  { source, target }: MoveSessions,
  table: MoveTable,
  from: TableProgress,
  onRows: (rows: number) => void,
): Promise<TableProgress> {
  let progress = from;
  let reading = readBatch(source, table, progress.lastKey);
  for (;;) {
    const { lines, rows, lastKey } = await reading;
    if (rows === 0) break;
    progress = { rows: progress.rows + rows, lastKey };
    // The next batch is read while this one is written: two engines, two processors.
    reading = rows < BATCH_ROWS ? Promise.resolve(NOTHING) : readBatch(source, table, lastKey);
    // A failure to read is met at the next turn; until then it must not count as met by nobody.
    reading.catch(() => undefined);
    await writeBatch(target, table, lines, progress);
    onRows(progress.rows);
  }
  await copyCounters(source, target, table);
  return progress;
}

interface Batch {
  lines: Buffer;
  rows: number;
  lastKey: readonly string[];
}

const NOTHING: Batch = { lines: Buffer.alloc(0), rows: 0, lastKey: [] };

async function readBatch(source: CopySession, table: MoveTable, after: readonly string[]): Promise<Batch> {
  const columns = table.columns.map(escapeIdentifier).join(', ');
  const order = table.key.map(({ column }) => escapeIdentifier(column)).join(', ');
  const where = after.length === 0 ? '' : `where ${compareKey(table, '>', after)}`;
  const { lines, rows } = await copyOut(
    source,
    `copy (select ${columns} from ${escapeIdentifier(table.name)} ${where} order by ${order} limit ${BATCH_ROWS}) to stdout`,
  );
  return rows === 0 ? NOTHING : { lines, rows, lastKey: readLastKey(table, lines) };
}

/** `(a, b) > ('x', 'y')`, in the order of the database that is asked. */
export function compareKey(table: MoveTable, operator: '>' | '<=', key: readonly string[]): string {
  const columns = table.key.map(({ column }) => escapeIdentifier(column)).join(', ');
  const values = table.key.map(({ type }, index) => `${escapeLiteral(must(key[index], 'a key is whole'))}::${type}`);
  return `(${columns}) ${operator} (${values.join(', ')})`;
}

function readLastKey({ columns, key }: MoveTable, lines: Buffer): string[] {
  const from = lines.lastIndexOf('\n', lines.length - 2) + 1;
  const fields = readCopyLine(lines.toString('utf8', from, lines.length - 1));
  return key.map(({ column }) => must(fields[columns.indexOf(column)], 'a key column is never null'));
}

/**
 * Row security binds the owner too, and COPY does not work under it; so it spares the owner inside this transaction,
 * which nobody else sees.
 */
async function writeBatch(
  target: CopySession,
  table: MoveTable,
  lines: Buffer,
  progress: TableProgress,
): Promise<void> {
  const name = escapeIdentifier(table.name);
  const columns = table.columns.map(escapeIdentifier).join(', ');
  await target.query('begin');
  try {
    const forced = await isForced(target, table.name);
    if (forced) await target.query(`alter table ${name} no force row level security`);
    await copyIn(target, `copy ${name} (${columns}) from stdin`, lines);
    if (forced) await target.query(`alter table ${name} force row level security`);
    await saveProgress(target, table.name, progress);
    await target.query('commit');
  } catch (error) {
    // The session may be gone; the first error says why.
    await target.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function isForced(session: CopySession, table: string): Promise<boolean> {
  const { rows } = await session.query<{ forced: boolean }>(
    'select relforcerowsecurity as forced from pg_class where oid = $1::regclass',
    [table],
  );
  return rows[0]?.forced ?? false;
}
