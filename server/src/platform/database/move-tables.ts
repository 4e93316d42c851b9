/** Reads and copies whole tables: in batches, each committed with how far it went. */
import { escapeIdentifier, escapeLiteral } from 'pg';
import { must } from '#kernel';
import { copyIn, copyOut, readCopyLine, type CopySession } from './copy-rows.ts';
import { copyCounters, type MoveTable } from './move-catalogue.ts';
import { createRowDigest, type RowDigest } from './move-digest.ts';
import { saveProgress, type TableProgress } from './move-store.ts';

export interface MoveSessions {
  /** Nothing is written here. */
  source: CopySession;
  target: CopySession;
}

const BATCH_ROWS = 5_000;

/**
 * Copies what stands behind `from`, and tells after each batch how many rows are there. `digest` takes each row as it
 * was read.
 */
export async function copyTable(
  { source, target }: MoveSessions,
  table: MoveTable,
  { from, digest }: { from: TableProgress; digest: RowDigest },
  onRows: (rows: number) => void,
): Promise<void> {
  let progress = from;
  for await (const { lines, rows, lastKey } of readBatches(source, table, { after: from.lastKey })) {
    digest.add(lines);
    progress = { rows: progress.rows + rows, lastKey };
    await writeBatch(target, table, lines, progress);
    onRows(progress.rows);
  }
  await copyCounters(source, target, table);
}

/** Reads a table, or its rows up to a key. */
export async function digestTable(
  session: CopySession,
  table: MoveTable,
  upTo: readonly string[] = [],
): Promise<RowDigest> {
  const digest = createRowDigest();
  for await (const { lines } of readBatches(session, table, { upTo })) digest.add(lines);
  return digest;
}

interface Batch {
  lines: Buffer;
  rows: number;
  lastKey: readonly string[];
}

interface Range {
  after?: readonly string[];
  upTo?: readonly string[];
}

/** Row by row in the order of the key. The next batch is read while one is worked on: two engines, two processors. */
async function* readBatches(
  session: CopySession,
  table: MoveTable,
  { after = [], upTo = [] }: Range,
): AsyncGenerator<Batch> {
  let reading = readBatch(session, table, { after, upTo });
  for (;;) {
    const batch = await reading;
    if (batch.rows === 0) return;
    const isLast = batch.rows < BATCH_ROWS;
    reading = isLast ? Promise.resolve(NOTHING) : readBatch(session, table, { after: batch.lastKey, upTo });
    // A failure to read is met at the next turn; until then it must not count as met by nobody.
    reading.catch(() => undefined);
    yield batch;
  }
}

const NOTHING: Batch = { lines: Buffer.alloc(0), rows: 0, lastKey: [] };

async function readBatch(session: CopySession, table: MoveTable, { after, upTo }: Required<Range>): Promise<Batch> {
  const columns = table.columns.map(escapeIdentifier).join(', ');
  const order = table.key.map(({ column }) => escapeIdentifier(column)).join(', ');
  const bounds = [
    ...(after.length === 0 ? [] : [compareKey(table, '>', after)]),
    ...(upTo.length === 0 ? [] : [compareKey(table, '<=', upTo)]),
  ];
  const where = bounds.length === 0 ? '' : `where ${bounds.join(' and ')}`;
  const { lines, rows } = await copyOut(
    session,
    `copy (select ${columns} from ${escapeIdentifier(table.name)} ${where} order by ${order} limit ${BATCH_ROWS}) to stdout`,
  );
  return rows === 0 ? NOTHING : { lines, rows, lastKey: readLastKey(table, lines) };
}

/** `(a, b) > ('x', 'y')`, in the order of the database that is asked. */
function compareKey(table: MoveTable, operator: '>' | '<=', key: readonly string[]): string {
  const columns = table.key.map(({ column }) => escapeIdentifier(column)).join(', ');
  const values = table.key.map(({ type }, index) => `${escapeLiteral(must(key[index], 'a key is whole'))}::${type}`);
  return `(${columns}) ${operator} (${values.join(', ')})`;
}

function readLastKey({ columns, key }: MoveTable, lines: Buffer): string[] {
  const from = lines.lastIndexOf('\n', lines.length - 2) + 1;
  const fields = readCopyLine(lines.toString('utf8', from, lines.length - 1));
  return key.map(({ column }) => must(fields[columns.indexOf(column)], 'a key column is never null'));
}

async function writeBatch(
  target: CopySession,
  table: MoveTable,
  lines: Buffer,
  progress: TableProgress,
): Promise<void> {
  const columns = table.columns.map(escapeIdentifier).join(', ');
  await asOwner(target, [table], 'commit', async () => {
    await copyIn(target, `copy ${escapeIdentifier(table.name)} (${columns}) from stdin`, lines);
    await saveProgress(target, table.name, progress);
  });
}

/**
 * Works on these tables as one whom row security does not bind: it binds the owner too, who would see nothing of some,
 * and could copy into none. It spares the owner inside this transaction only.
 */
export async function asOwner<T>(
  session: CopySession,
  tables: readonly MoveTable[],
  end: 'commit' | 'rollback',
  work: () => Promise<T>,
): Promise<T> {
  await session.query('begin');
  try {
    const { rows } = await session.query<{ name: string }>(
      `select relname as name from pg_class
       where oid = any($1::text[]::regclass[]) and relforcerowsecurity`,
      [tables.map(({ name }) => name)],
    );
    const forced = rows.map(({ name }) => escapeIdentifier(name));
    for (const name of forced) await session.query(`alter table ${name} no force row level security`);
    const result = await work();
    if (end === 'commit')
      for (const name of forced) await session.query(`alter table ${name} force row level security`);
    await session.query(end);
    return result;
  } catch (error) {
    // The session may be gone; the first error says why.
    await session.query('rollback').catch(() => undefined);
    throw error;
  }
}
