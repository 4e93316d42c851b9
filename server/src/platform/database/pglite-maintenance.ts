import type { Clock } from '#kernel';
import { type Connect, type Session, withSession } from './sessions.ts';

const TICK_MS = 15_000;
const CHECKPOINT_BYTES = 32 * 1024 * 1024;
const CHECKPOINT_MS = 5 * 60_000;
const VACUUM_MS = 5 * 60_000;
/** Far below the 2³¹ transactions at which PostgreSQL stops; a plain VACUUM freezes old rows from here on. */
const FREEZE_AGE = 150_000_000;

/** Small tables whose rows change often. */
const HOT_TABLES = ['usage_daily', 'usage_tag_daily', 'projection_cursor', 'idempotency_key'];

export interface MaintenanceReport {
  checkpoint: boolean;
  vacuum: boolean;
}

export interface Maintenance {
  /** Does what is due now; an idle database is left alone. */
  run(): Promise<MaintenanceReport>;
  /** Runs every 15 s until `stop`. */
  start(): void;
  /** What went wrong the last time, `null` where it went well; a later run tries again. */
  failure(): string | null;
  stop(): Promise<void>;
}

/**
 * PGlite has no background processes: nothing writes checkpoints (its log would grow for ever) and nothing vacuums.
 * A checkpoint is due after 32 MiB of log or after five minutes with changes, a vacuum of the hot tables likewise.
 */
export function createMaintenance(connect: Connect, clock: MaintenanceClock = ownClock): Maintenance {
  let checkpointed: Mark | null = null;
  let vacuumed: Mark | null = null;
  let cancel: () => void = () => undefined;
  let running: Promise<void> = Promise.resolve();
  let failure: string | null = null;

  async function maintain(session: Session): Promise<MaintenanceReport> {
    const now: Mark = { atMs: clock.monotonicMs(), logBytes: await readLogBytes(session) };
    checkpointed ??= now;
    vacuumed ??= now;
    const vacuum = isDue(vacuumed, now, VACUUM_MS);
    if (vacuum) {
      await vacuumTables(session);
      vacuumed = { ...now, logBytes: await readLogBytes(session) };
    }
    const grown = now.logBytes - checkpointed.logBytes >= CHECKPOINT_BYTES;
    const checkpoint = grown || isDue(checkpointed, now, CHECKPOINT_MS);
    if (checkpoint) {
      await session.query('checkpoint');
      checkpointed = { ...now, logBytes: await readLogBytes(session) };
      // What vacuum and checkpoint log themselves is no reason to do either again.
      if (vacuum) vacuumed = checkpointed;
    }
    return { checkpoint, vacuum };
  }

  const run = (): Promise<MaintenanceReport> => withSession(connect, maintain);

  function tick(): void {
    running = run().then(
      () => {
        failure = null;
      },
      (error: unknown) => {
        failure = `maintenance failed: ${error instanceof Error ? error.message : 'unknown error'}`;
      },
    );
    cancel = clock.after(TICK_MS, tick);
  }

  return {
    run,
    start() {
      cancel = clock.after(TICK_MS, tick);
    },
    failure: () => failure,
    async stop() {
      cancel();
      await running;
    },
  };
}

type MaintenanceClock = Pick<Clock, 'monotonicMs' | 'after'>;

const ownClock: MaintenanceClock = {
  monotonicMs: () => performance.now(),
  after(delayMs, work) {
    const timer = setTimeout(work, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A moment in the life of the write-ahead log. */
interface Mark {
  atMs: number;
  logBytes: number;
}

function isDue(last: Mark, now: Mark, everyMs: number): boolean {
  return now.logBytes > last.logBytes && now.atMs - last.atMs >= everyMs;
}

async function readLogBytes(session: Session): Promise<number> {
  const { rows } = await session.query(`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint as bytes`);
  return Number(rows[0]?.bytes ?? 0);
}

async function vacuumTables(session: Session): Promise<void> {
  const { rows } = await session.query(
    `select age(datfrozenxid) as age from pg_database where datname = current_database()`,
  );
  if (Number(rows[0]?.age ?? 0) > FREEZE_AGE) await session.query('vacuum');
  const present = await session.query(
    `select relname from pg_class where relname = any($1) and relnamespace = 'public'::regnamespace`,
    [HOT_TABLES],
  );
  for (const { relname } of present.rows) await session.query(`vacuum (analyze) ${relname}`);
}
