/** Moves everything from an embedded database into an empty PostgreSQL: copy, compare, or go on where a move broke off. */
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { columnTypes } from './column-types.ts';
import type { CopySession } from './copy-rows.ts';
import type { DataFolderLock } from './data-folder-lock.ts';
import { copyPartitions, orderByReference, readTables, type MoveTable } from './move-catalogue.ts';
import { createRowDigest, type RowDigest, type TableDigest } from './move-digest.ts';
import { findMove, finishMove, forgetProgress, insertMove } from './move-store.ts';
import { asOwner, copyTable, digestTable, type MoveSessions } from './move-tables.ts';
import { startEngine } from './pglite-database.ts';
import { openPostgresDatabase } from './postgres-database.ts';

export interface MoveOptions {
  /** Of the data folder whose database moves; no server runs on it. Its schema is the newest. */
  lock: DataFolderLock;
  /** The PostgreSQL to move into, by a role that may own tables. */
  url: string;
  /** Names the source: a move that broke off goes on only from the same one. */
  sourceId: string;
  /** The tables that must be moved. */
  tables: readonly string[];
  onProgress(progress: MoveProgress): void;
  /** Looks at the moved data before the move counts as done; gives what is wrong. */
  verify(): Promise<readonly string[]>;
}

export interface MoveProgress {
  step: 'copy' | 'compare';
  table: string;
  rows: number;
  total: number;
}

export type MovedTable = TableDigest & { name: string };

export type MoveOutcome =
  | { type: 'moved'; tables: readonly MovedTable[]; resumed: boolean }
  /** Nothing was changed: the target has data, and not of a move that broke off. */
  | { type: 'not-empty'; tables: readonly string[] }
  | { type: 'other-source'; startedAt: string }
  | { type: 'moved-before'; finishedAt: string }
  | { type: 'busy' }
  /** Everything is copied, and something differs. */
  | { type: 'differs'; differences: readonly string[] };

const LOCK_KEY = 7_337_002;
/** A look at a whole table may take minutes, during which the embedded engine is silent. */
const ANSWER_TIMEOUT_MS = 60 * 60_000;
/** The same text for the same value, whatever the server was set to. */
const ALIKE = `set timezone = 'UTC'; set datestyle = 'ISO, MDY'; set intervalstyle = 'postgres'; set bytea_output = 'hex';
  set extra_float_digits = 1; set statement_timeout = 0; set search_path = public`;

/** Expected outcomes are told; a database that cannot be reached, or breaks off, rejects. Running it again goes on. */
export async function moveDatabase(options: MoveOptions): Promise<MoveOutcome> {
  const made = await openPostgresDatabase({ url: options.url });
  try {
    await made.migrate();
  } finally {
    await made.close();
  }
  const engine = await startEngine(join(options.lock.folder, 'database'), { answerTimeoutMs: ANSWER_TIMEOUT_MS });
  const target = new Client({ connectionString: options.url, application_name: 'reeve move', types: columnTypes });
  target.on('error', () => undefined);
  try {
    await target.connect();
    await target.query(ALIKE);
    const source = await engine.connect();
    try {
      await source.query(`${ALIKE}; set default_transaction_read_only = on`);
      return await moveSessions(options, { source, target });
    } finally {
      // Thrown away: what broke off may have a read under way.
      source.release(true);
    }
  } finally {
    await target.end();
    await engine.stop();
  }
}

async function moveSessions(options: MoveOptions, sessions: MoveSessions): Promise<MoveOutcome> {
  const { source, target } = sessions;
  const { rows } = await target.query<{ free: boolean }>(`select pg_try_advisory_lock(${LOCK_KEY}) as free`);
  if (rows[0]?.free !== true) return { type: 'busy' };
  const found = await readTables(source);
  const named = found.filter(({ name }) => options.tables.includes(name));
  const begun = await findMove(target);
  if (begun === null) {
    const taken = await listTakenTables(target);
    if (taken.length > 0) return { type: 'not-empty', tables: taken };
    await insertMove(target, options.sourceId);
  } else if (begun.finishedAt !== null) return { type: 'moved-before', finishedAt: begun.finishedAt };
  else if (begun.sourceId !== options.sourceId) return { type: 'other-source', startedAt: begun.startedAt };

  await copyPartitions(source, target);
  const copied = await copyTables(options, sessions, await orderByReference(source, named));
  const { differences, tables } = await compareTables(options, sessions, found, copied);
  const wrong = [...differences, ...(await options.verify())];
  if (wrong.length > 0) return { type: 'differs', differences: wrong };
  await finishMove(target);
  return { type: 'moved', tables, resumed: begun !== null };
}

async function listTakenTables(target: CopySession): Promise<string[]> {
  const tables = await readTables(target);
  return asOwner(target, tables, 'rollback', async () => {
    const taken: string[] = [];
    for (const { name } of tables) {
      const { rows } = await target.query(`select 1 from ${escapeIdentifier(name)} limit 1`);
      if (rows.length > 0) taken.push(name);
    }
    return taken;
  });
}

/** What was read of each table, by its name. */
type Digests = ReadonlyMap<string, RowDigest>;

async function copyTables(
  { onProgress }: MoveOptions,
  sessions: MoveSessions,
  tables: readonly MoveTable[],
): Promise<Digests> {
  const { source, target } = sessions;
  let left = await readWhatIsLeft(sessions, tables);
  if (left === null) {
    await target.query(`truncate ${tables.map(({ name }) => escapeIdentifier(name)).join(', ')}`);
    await forgetProgress(target);
    left = new Map();
  }
  const begun = (await findMove(target))?.tables ?? {};
  const digests = new Map<string, RowDigest>();
  for (const table of tables) {
    const { name } = table;
    const from = begun[name] ?? { rows: 0, lastKey: [] };
    const digest = left.get(name) ?? createRowDigest();
    digests.set(name, digest);
    const total = await countRows(source, name);
    const tell = (rows: number): void => onProgress({ step: 'copy', table: name, rows, total });
    tell(from.rows);
    await copyTable(sessions, table, { from, digest }, tell);
  }
  return digests;
}

async function countRows(session: CopySession, table: string): Promise<number> {
  const { rows } = await session.query<{ total: string }>(
    `select count(*)::text as total from ${escapeIdentifier(table)}`,
  );
  return Number(rows[0]?.total ?? 0);
}

/**
 * What an earlier try copied, read again on both sides; `null` where they are not the same any more, since the source
 * may have served meanwhile.
 */
async function readWhatIsLeft({ source, target }: MoveSessions, tables: readonly MoveTable[]): Promise<Digests | null> {
  const begun = await findMove(target);
  const digests = new Map<string, RowDigest>();
  for (const table of tables) {
    const progress = begun?.tables[table.name];
    if (progress === undefined) continue;
    const [here, there] = await Promise.all([
      digestTable(source, table, progress.lastKey),
      asOwner(target, [table], 'rollback', () => digestTable(target, table)),
    ]);
    if (here.result().hash !== there.result().hash) return null;
    digests.set(table.name, here);
  }
  return digests;
}

/** Every table that the source has is read back and compared, whether somebody named it or not. */
async function compareTables(
  { onProgress }: MoveOptions,
  { source, target }: MoveSessions,
  found: readonly MoveTable[],
  copied: Digests,
) {
  const differences: string[] = [];
  const tables: MovedTable[] = [];
  for (const [index, table] of found.entries()) {
    const { name } = table;
    onProgress({ step: 'compare', table: name, rows: index, total: found.length });
    const here = (copied.get(name) ?? (await digestTable(source, table))).result();
    const there = (await asOwner(target, [table], 'rollback', () => digestTable(target, table))).result();
    tables.push({ name, ...there });
    if (here.rows !== there.rows) {
      differences.push(`${name}: ${here.rows} rows in the data folder, ${there.rows} in PostgreSQL`);
    } else if (here.hash !== there.hash) {
      differences.push(`${name}: ${here.rows} rows in both, and they are not the same`);
    }
  }
  return { differences, tables };
}
