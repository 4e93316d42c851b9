import { join } from 'node:path';
import { Pool, type PoolClient } from 'pg';
import { columnTypes } from './column-types.ts';
import type { DataFolderLock } from './data-folder-lock.ts';
import { migrate } from './migrate.ts';
import { readMigrations } from './migrations.ts';
import { createNoticeBoard, listenStatement, unlistenStatement } from './notice-board.ts';
import { PgliteStream } from './pglite-stream.ts';
import type { Database } from './port.ts';
import { copyTemplate, isDataFolder, placeWhole, preparedFolder } from './prepared-folder.ts';
import { checkSession, withSession } from './sessions.ts';
import { runTransaction } from './transactions.ts';

/** No statement of Reeve runs this long; a thread that does hangs and is stopped. */
const ANSWER_TIMEOUT_MS = 120_000;
/** How long work waits for the one session before the database counts as unavailable. */
const QUEUE_TIMEOUT_MS = 30_000;

export interface PgliteOptions {
  /** Whoever opens the database has the data folder to itself. */
  lock: DataFolderLock;
  /** The template to start from, or `null` for none; by default the prepared one. */
  template?: string | null;
  /** Told once when a new data folder has to be made without a template, which takes seconds. */
  onColdStart?: () => void;
}

export interface PgliteDatabase extends Database {
  /** How many syncs the disk has confirmed since the database was opened. */
  syncCount(): number;
}

/** Opens (on the first start: makes) the embedded database in `<data folder>/database`. */
export async function openPgliteDatabase(options: PgliteOptions): Promise<PgliteDatabase> {
  const folder = join(options.lock.folder, 'database');
  if (!isDataFolder(folder)) await placeWhole(folder, (unfinished) => fillNew(unfinished, options));
  return openFolder(folder);
}

async function fillNew(unfinished: string, options: PgliteOptions): Promise<void> {
  const template = options.template === undefined ? preparedFolder() : options.template;
  if (template !== null && isDataFolder(template)) return copyTemplate(template, unfinished);
  options.onColdStart?.();
  const database = await openFolder(unfinished);
  await database.close();
}

/** Opens a data folder that nobody else has open; makes it where it is empty. */
export async function openFolder(folder: string, syncing = true): Promise<PgliteDatabase> {
  const syncs = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const streams = new Set<PgliteStream>();
  const board = createNoticeBoard();
  const pool = new Pool({
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: QUEUE_TIMEOUT_MS,
    user: 'postgres',
    database: 'postgres',
    password: '',
    ssl: false,
    types: columnTypes,
    stream: () => {
      const stream = new PgliteStream({ folder, syncs, syncing }, ANSWER_TIMEOUT_MS);
      streams.add(stream);
      stream.on('close', () => streams.delete(stream));
      return stream;
    },
    onConnect: (client) => board.attach(client),
  });
  // A failed session is reported to whoever uses it; without a listener Node would end the process as well.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));

  const connect = (): Promise<PoolClient> => pool.connect();
  (await connect()).release();
  return {
    engine: 'pglite',
    forTenant: ({ tenantId }, work) => runTransaction(connect, { role: 'app', tenantId, sync: true }, work),
    asRole: (role, work, { sync = true } = {}) => runTransaction(connect, { role, sync }, work),
    async listen(channel, onNotice) {
      const statement = listenStatement(channel);
      if (board.add(channel, onNotice)) await withSession(connect, (session) => session.query(statement));
      return async () => {
        if (!board.remove(channel, onNotice)) return;
        await withSession(connect, (session) => session.query(unlistenStatement(channel)));
      };
    },
    check: () => checkSession(connect),
    migrate: (target) => migrate(connect, readMigrations(), target),
    syncCount: () => Atomics.load(new Int32Array(syncs), 0),
    async close() {
      const closed = [...streams].map((stream) => new Promise((resolve) => stream.once('close', resolve)));
      await pool.end();
      await Promise.all(closed);
    },
  };
}
