import type { QueryResult as PgResult } from 'pg';
import {
  AbortedTransactionError,
  type CompiledQuery,
  type DatabaseConnection,
  DefaultQueryExecutor,
  type Dialect,
  DummyDriver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  Transaction,
} from 'kysely';
import { isMisled, unavailableAtConnect, unavailableWhenLost } from './connection-errors.ts';
import type { SystemRole, Tx } from './port.ts';
import type { Connect, Session } from './sessions.ts';

export interface TransactionSettings {
  role: 'app' | SystemRole;
  tenantId?: string;
  /** False: the commit does not wait for the disk. */
  sync: boolean;
  /** Absent where the engine cannot interrupt a statement. */
  statementTimeoutMs?: number;
}

/**
 * Runs `work` in one transaction under its role. Commits when `work` resolves, rolls back when it rejects; a session
 * whose state is unknown is thrown away. A lost connection rejects with `AppError('database_unavailable')`.
 */
export async function runTransaction<T>(
  connect: Connect,
  settings: TransactionSettings,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const opening = openingStatements(settings);
  const session = await connect().catch(unavailableAtConnect);
  const lease = new LeasedConnection(session);
  let broken = false;
  try {
    await session.query(opening).catch(unavailableWhenLost);
    const result = await work(transactionOver(lease));
    lease.end();
    await commit(session);
    return result;
  } catch (error) {
    lease.end();
    broken = isMisled(error) || !(await rolledBack(session));
    throw error;
  } finally {
    session.release(broken);
  }
}

/** One message for all of it: a round trip each would cost more than the statements. */
function openingStatements({ role, tenantId, sync, statementTimeoutMs }: TransactionSettings): string {
  const statements = ['begin', `set local role reeve_${role}`];
  if (statementTimeoutMs !== undefined) statements.push(`set local statement_timeout = ${statementTimeoutMs}`);
  if (!sync) statements.push('set local synchronous_commit = off');
  if (tenantId !== undefined) statements.push(`select set_config('reeve.tenant_id', '${safeTenant(tenantId)}', true)`);
  return statements.join('; ');
}

/** The id goes into the statement's text, so nothing but the characters of ids may pass. */
function safeTenant(tenantId: string): string {
  if (!/^[a-z0-9_]{1,64}$/.test(tenantId)) throw new TypeError('not a tenant id');
  return tenantId;
}

async function commit(session: Session): Promise<void> {
  const { command } = await session.query('commit').catch(unavailableWhenLost);
  // PostgreSQL answers COMMIT with ROLLBACK when a statement failed and the work went on regardless.
  if (command === 'ROLLBACK') throw new AbortedTransactionError();
}

async function rolledBack(session: Session): Promise<boolean> {
  try {
    await session.query('rollback');
    return true;
  } catch {
    // The caller gets the error that led here; the session is thrown away.
    return false;
  }
}

/** Refuses work after the end of its transaction: it would run without a role and without a tenant. */
class LeasedConnection implements DatabaseConnection {
  readonly #session: Session;
  #ended = false;

  constructor(session: Session) {
    this.#session = session;
  }

  end(): void {
    this.#ended = true;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#ended) throw new Error('a query was started after its transaction had ended');
    const { rows, rowCount, command } = await this.#run(query);
    return command === 'SELECT' || rowCount === null ? { rows } : { rows, numAffectedRows: BigInt(rowCount) };
  }

  #run(query: CompiledQuery): Promise<PgResult> {
    return this.#session.query(query.sql, query.parameters).catch(unavailableWhenLost);
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('streaming queries are not supported: read in pages');
  }
}

const compiler = new PostgresQueryCompiler();
const adapter = new PostgresAdapter();
const driver = new DummyDriver();
const dialect: Dialect = {
  createAdapter: () => adapter,
  createDriver: () => driver,
  createQueryCompiler: () => compiler,
  createIntrospector: (db) => new PostgresIntrospector(db),
};

function transactionOver(connection: DatabaseConnection): Tx {
  const executor = new DefaultQueryExecutor(compiler, adapter, {
    provideConnection: (consumer) => consumer(connection),
  });
  return new Transaction({ config: { dialect }, dialect, driver, executor });
}
