import type { PoolClient, QueryConfig, QueryResult } from 'pg';
import { unavailableAtConnect } from './connection-errors.ts';
import { countListenersStatement } from './notice-board.ts';

/** One session of either engine, lent for a while. A `pg` pool client is one. */
export interface Session {
  query(text: string, values?: readonly unknown[]): Promise<QueryResult>;
  /** Gives the session back; with `true` it is thrown away. */
  release(broken?: boolean): void;
}

export type Connect = () => Promise<Session>;

/** A name under which a statement is prepared once, where it is worth that. */
export type NameStatement = (text: string, values: readonly unknown[]) => string | undefined;

/** Lends a client of `pg` as a session. */
export function sessionOver(client: PoolClient, nameOf: NameStatement = () => undefined): Session {
  return {
    query: (text, values = []) => ask(client, { name: nameOf(text, values), text, values: [...values] }),
    release: (broken) => client.release(broken),
  };
}

/**
 * Asks by callback: the promise that `pg` would give holds the query, with its parameters, until the next full garbage
 * collection. Rejects as `pg` does.
 */
async function ask(client: PoolClient, query: QueryConfig): Promise<QueryResult> {
  try {
    return await new Promise((resolve, reject) => {
      client.query(query, (error: Error | null, result) => (error === null ? resolve(result) : reject(error)));
    });
  } catch (error) {
    // It was made where the socket was read, which does not tell who asked.
    if (error instanceof Error) Error.captureStackTrace(error);
    throw error;
  }
}

/** Work of the engine itself, as the login role and outside of any transaction; a session that failed is thrown away. */
export async function withSession<T>(connect: Connect, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await connect().catch(unavailableAtConnect);
  let broken = true;
  try {
    const result = await work(session);
    broken = false;
    return result;
  } finally {
    session.release(broken);
  }
}

export async function countListeners(connect: Connect, channel: string): Promise<number> {
  const { rows } = await withSession(connect, (session) => session.query(countListenersStatement(channel)));
  return Number(rows[0]?.listeners ?? 0);
}

/** Resolves to `null` when a session answers, else to what is wrong. */
export async function checkSession(connect: Connect): Promise<string | null> {
  try {
    await withSession(connect, (session) => session.query('select 1'));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'the database does not answer';
  }
}
