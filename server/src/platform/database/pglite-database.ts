import { join } from 'node:path';
import { Pool, type PoolClient } from 'pg';
import type { Clock } from '#kernel';
import { columnTypes } from './column-types.ts';
import type { DataFolderLock } from './data-folder-lock.ts';
import { migrate } from './migrate.ts';
import { readMigrations } from './migrations.ts';
import { createNoticeBoard, listenStatement, type NoticeBoard, unlistenStatement } from './notice-board.ts';
import { createMaintenance, type MaintenanceReport } from './pglite-maintenance.ts';
import { PgliteStream } from './pglite-stream.ts';
import type { Database } from './port.ts';
import { copyTemplate, isDataFolder, placeWhole, preparedFolder } from './prepared-folder.ts';
import { preparingInserts } from './prepared-inserts.ts';
import { checkSession, countListeners, withSession } from './sessions.ts';
import { runTransaction } from './transactions.ts';

/** No statement of Reeve runs this long; a thread that does hangs and is stopped. */
const ANSWER_TIMEOUT_MS = 120_000;
/** A first start without a template makes a database, on a busy machine too; later ones replay what a crash left. */
const START_TIMEOUT_MS = 5 * 60_000;
/** How long work waits for the one session before the database counts as unavailable. */
const QUEUE_TIMEOUT_MS = 30_000;

export interface PgliteOptions {
  /** Whoever opens the database has the data folder to itself. */
  lock: DataFolderLock;
  /** What maintenance is timed by; the system's unless a test says otherwise. */
  clock?: Pick<Clock, 'monotonicMs' | 'after'>;
  /** The template to start from, or `null` for none; by default the prepared one. */
  template?: string | null;
  /** How long a statement may take before its thread counts as hung and is stopped. */
  answerTimeoutMs?: number;
  /** Told when a new data folder has to be made without a template, which takes seconds. */
  onColdStart?: () => void;
}

export interface PgliteDatabase extends Database {
  /** Writes checkpoints and vacuums where they are due; a timer does it every 15 s. */
  maintain(): Promise<MaintenanceReport>;
  /** How many syncs the disk has confirmed since the database was opened. */
  syncCount(): number;
}

/** Opens (on the first start: makes) the embedded database in `<data folder>/database`. */
export async function openPgliteDatabase(options: PgliteOptions): Promise<PgliteDatabase> {
  const folder = join(options.lock.folder, 'database');
  if (!isDataFolder(folder)) await placeWhole(folder, (unfinished) => fillNew(unfinished, options));
  const engine = await startEngine(folder, options);
  const maintenance = createMaintenance(engine.connect, options.clock);
  maintenance.start();
  const database = databaseOver(engine);
  return {
    ...database,
    check: async () => (await database.check()) ?? maintenance.failure(),
    maintain: () => maintenance.run(),
    syncCount: engine.syncCount,
    async close() {
      await maintenance.stop();
      await engine.stop();
    },
  };
}

async function fillNew(unfinished: string, options: PgliteOptions): Promise<void> {
  const template = options.template === undefined ? preparedFolder() : options.template;
  if (template !== null && isDataFolder(template)) return copyTemplate(template, unfinished);
  options.onColdStart?.();
  await makeDataFolder(unfinished, async () => undefined);
}

/** Makes an empty data folder, lets `fill` work in it and closes it. Nothing is synced: the caller does that. */
export async function makeDataFolder(folder: string, fill: (database: Database) => Promise<unknown>): Promise<void> {
  const engine = await startEngine(folder, { syncing: false });
  await withSession(engine.connect, async (session) => {
    // Nobody ever connects to them; without them the folder has half its size.
    for (const name of ['template0', 'template1']) {
      await session.query(`alter database ${name} is_template false`);
      await session.query(`drop database ${name}`);
    }
  });
  await fill(databaseOver(engine));
  await engine.stop();
}

function databaseOver({ connect, board, stop }: Engine): Database {
  const lend = preparingInserts(connect);
  return {
    engine: 'pglite',
    forTenant: ({ tenantId }, work) => runTransaction(lend, { role: 'app', tenantId, sync: true }, work),
    asRole: (role, work, { sync = true } = {}) => runTransaction(lend, { role, sync }, work),
    async listen(channel, onNotice) {
      const statement = listenStatement(channel);
      if (board.add(channel, onNotice)) await withSession(connect, (session) => session.query(statement));
      return async () => {
        if (!board.remove(channel, onNotice)) return;
        await withSession(connect, (session) => session.query(unlistenStatement(channel)));
      };
    },
    countListeners: (channel) => countListeners(connect, channel),
    check: () => checkSession(connect),
    migrate: (target) => migrate(connect, readMigrations(), target),
    close: stop,
  };
}

export interface EngineOptions {
  /** False where the folder is thrown away or synced as a whole afterwards. */
  syncing?: boolean;
  answerTimeoutMs?: number;
}

/** The running thread with its one session. */
export interface Engine {
  connect(): Promise<PoolClient>;
  board: NoticeBoard;
  syncCount(): number;
  stop(): Promise<void>;
}

/**
 * Starts the thread over a data folder that nobody else has open; makes it where it is empty. A thread that died is
 * started anew by the next use, and PostgreSQL then recovers from its log.
 */
export async function startEngine(folder: string, options: EngineOptions = {}): Promise<Engine> {
  const { syncing = true, answerTimeoutMs = ANSWER_TIMEOUT_MS } = options;
  const syncs = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const streams = new Set<PgliteStream>();
  const board = createNoticeBoard();
  const pool = new Pool({
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: START_TIMEOUT_MS,
    user: 'postgres',
    database: 'postgres',
    password: '',
    ssl: false,
    types: columnTypes,
    stream: () => {
      const stream = new PgliteStream({ folder, syncs, syncing }, answerTimeoutMs);
      streams.add(stream);
      stream.on('close', () => streams.delete(stream));
      return stream;
    },
    async onConnect(client) {
      await board.attach(client);
      board.reportGap();
    },
  });
  // A failed session is reported to whoever uses it; without a listener Node would end the process as well.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const connect = (): Promise<PoolClient> => pool.connect();
  (await connect()).release();
  pool.options.connectionTimeoutMillis = QUEUE_TIMEOUT_MS;
  return {
    connect,
    board,
    syncCount: () => Atomics.load(new Int32Array(syncs), 0),
    async stop() {
      const closed = [...streams].map((stream) => new Promise((resolve) => stream.once('close', resolve)));
      await pool.end();
      await Promise.all(closed);
    },
  };
}
