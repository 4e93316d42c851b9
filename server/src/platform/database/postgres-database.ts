import { Client, type ClientConfig, Pool, type PoolConfig } from 'pg';
import { columnTypes } from './column-types.ts';
import { migrate } from './migrate.ts';
import { readMigrations } from './migrations.ts';
import type { Database } from './port.ts';
import { createPostgresListener } from './postgres-listener.ts';
import { checkSession, countListeners, type Connect, sessionOver } from './sessions.ts';
import { runTransaction } from './transactions.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** After this much silence the system asks whether the server is still there, and gives up some seconds later. */
const KEEP_ALIVE_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** The server ends a statement first; this ends the wait for a server that has gone silent. */
const SILENCE_TIMEOUT_MS = 35_000;
/** Each connection costs about 10 MB on the server and little here; a gateway is short on neither with these. */
const POOL_SIZE = 8;

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, also through PgBouncer in transaction mode. */
  url: string;
  poolSize?: number;
  /** Milliseconds after which the server ends a statement. */
  statementTimeoutMs?: number;
}

/** Opens the pool; the first use connects, so that Reeve starts while the server is away. */
export function openPostgresDatabase(options: PostgresOptions): Promise<Database> {
  const { poolSize = POOL_SIZE, statementTimeoutMs = STATEMENT_TIMEOUT_MS } = options;
  const pool = new Pool(poolSettings(options.url, poolSize));
  // A failed session is reported to whoever uses it; without a listener Node would end the process as well.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const connect: Connect = async () => sessionOver(await pool.connect());
  const listener = createPostgresListener(() => new Client(clientSettings(options.url)));

  return Promise.resolve({
    engine: 'postgres',
    forTenant: ({ tenantId }, work) =>
      runTransaction(connect, { role: 'app', tenantId, sync: true, statementTimeoutMs }, work),
    asRole: (role, work, { sync = true } = {}) => runTransaction(connect, { role, sync, statementTimeoutMs }, work),
    listen: (channel, onNotice) => listener.listen(channel, onNotice),
    countListeners: (channel) => countListeners(connect, channel),
    check: () => checkSession(connect),
    migrate: (target) => migrate(connect, readMigrations(), target),
    async close() {
      await listener.close();
      await pool.end();
    },
  });
}

/** Nothing here becomes a start-up parameter that PgBouncer refuses; the rest is set in each transaction. */
function clientSettings(url: string): ClientConfig {
  return {
    connectionString: url,
    application_name: 'reeve',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    types: columnTypes,
  };
}

function poolSettings(url: string, max: number): PoolConfig {
  return { ...clientSettings(url), max, idleTimeoutMillis: 30_000, query_timeout: SILENCE_TIMEOUT_MS };
}
