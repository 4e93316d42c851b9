import { DatabaseError } from 'pg';
import { AppError, hasCode } from '#kernel';

/**
 * SQLSTATEs that say the server, not the statement, is at fault: connection, resources, operator, system; and a server that
 * takes no writes, since it was the primary until somebody promoted another.
 */
const UNAVAILABLE_STATES = /^(08|53|57P|58|25006)/;
const READ_ONLY = '25006';
const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);
/** What `pg` says without a code. */
const UNAVAILABLE_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client (was closed|has encountered)|Cannot use a pool|Postgres connection|The database thread)/;

/** Throws what it was given, as `AppError('database_unavailable')` where the database cannot be reached. */
export function unavailableWhenLost(error: unknown): never {
  if (isLost(error)) throw new AppError('database_unavailable', { detail: error.message, cause: error });
  throw error;
}

/** Where no session can be had, the database is unavailable whatever the server says: it may be closing, or full. */
export function unavailableAtConnect(error: unknown): never {
  if (!(error instanceof Error) || error instanceof AppError) throw error;
  throw new AppError('database_unavailable', { detail: error.message, cause: error });
}

/** Whether the session leads to a server that takes no writes: lent again, it would go on leading there. */
export function isMisled(error: unknown): boolean {
  return error instanceof AppError && hasCode(error.cause, READ_ONLY);
}

function isLost(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof AppError) return false;
  if (error instanceof DatabaseError) return UNAVAILABLE_STATES.test(error.code ?? '');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return UNAVAILABLE_CODES.has(code) || UNAVAILABLE_MESSAGES.test(error.message);
}
