import { unavailableWhenLost } from './connection-errors.ts';
import type { Migration } from './migrations.ts';
import { type Connect, type Session, withSession } from './sessions.ts';

const LOCK_KEY = 7_337_001;

/** The schema in the database and the steps of this program do not belong together. */
class MigrationError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'MigrationError';
  }
}

/**
 * Brings the schema to the newest step, or to `target` (a step's name, or '' for none) up or down. One transaction per
 * step under an advisory lock, so that several processes may start at once. Returns the names of the steps taken.
 */
export async function migrate(
  connect: Connect,
  migrations: readonly Migration[],
  target: string | undefined = migrations.at(-1)?.name ?? '',
): Promise<string[]> {
  const goal = target === '' ? 0 : migrations.findIndex(({ name }) => name === target) + 1;
  if (goal === 0 && target !== '') throw new MigrationError(`there is no migration named ${target}`);
  return withSession(connect, async (session) => {
    const taken: string[] = [];
    for (;;) {
      const step = await inTransaction(session, () => takeStep(session, migrations, goal));
      if (step === null) break;
      taken.push(step);
    }
    if (goal === migrations.length) await inTransaction(session, () => ensurePartitions(session));
    return taken;
  });
}

/**
 * From PostgreSQL 16 on whoever makes a role and is no superuser may grant it, and not take it, unless this says so. The
 * rows of a false condition are never reckoned, so an older server does not see a parameter that it has not.
 */
const TAKE_MADE_ROLES = `select set_config('createrole_self_grant', 'set, inherit', true)
  where current_setting('server_version_num')::int >= 160000`;

/** Takes the next step towards `goal`; `null` when there. The list is read anew each time: another process may help. */
async function takeStep(session: Session, migrations: readonly Migration[], goal: number): Promise<string | null> {
  await session.query(`select pg_advisory_xact_lock(${LOCK_KEY})`);
  const applied = await readApplied(session);
  checkApplied(applied, migrations);
  const next = migrations[applied.length];
  const last = migrations[applied.length - 1];
  if (applied.length < goal && next !== undefined) {
    await session.query(TAKE_MADE_ROLES);
    await runScript(session, next.name, next.up);
    await session.query('insert into schema_migration (name, checksum) values ($1, $2)', [next.name, next.checksum]);
    return next.name;
  }
  if (applied.length > goal && last !== undefined) {
    await runScript(session, last.name, last.down);
    await session.query('delete from schema_migration where name = $1', [last.name]);
    return last.name;
  }
  return null;
}

interface AppliedStep {
  name: string;
  checksum: string;
}

async function readApplied(session: Session): Promise<AppliedStep[]> {
  await session.query(
    `create table if not exists schema_migration (
       name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
  );
  const { rows } = await session.query('select name, checksum from schema_migration order by name');
  return rows;
}

function checkApplied(applied: readonly AppliedStep[], migrations: readonly Migration[]): void {
  applied.forEach(({ name, checksum }, index) => {
    const known = migrations[index];
    if (known === undefined || known.name !== name) {
      throw new MigrationError(`the database has the migration ${name}, which this version of Reeve does not know`);
    }
    if (known.checksum !== checksum) {
      throw new MigrationError(`the migration ${name} was changed after it had been applied: add a new one instead`);
    }
  });
}

async function runScript(session: Session, name: string, script: string): Promise<void> {
  try {
    await session.query(script);
  } catch (error) {
    throw new MigrationError(`the migration ${name} failed: ${error instanceof Error ? error.message : ''}`, error);
  }
}

async function ensurePartitions(session: Session): Promise<void> {
  await session.query('select reeve_ensure_receipt_partitions(2), reeve_ensure_event_partitions(2)');
}

async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.query('begin').catch(unavailableWhenLost);
  try {
    const result = await work();
    await session.query('commit');
    return result;
  } catch (error) {
    await session.query('rollback').catch(unavailableWhenLost);
    throw error;
  }
}
