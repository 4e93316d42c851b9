import { DatabaseError } from 'pg';
import { AppError } from '#kernel';

/** SQLSTATE classes that say the server, not the statement, is at fault: connection, resources, operator, system. */
const UNAVAILABLE_STATES = /^(08|53|57P|58)/;
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

function isLost(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof AppError) return false;
  if (error instanceof DatabaseError) return UNAVAILABLE_STATES.test(error.code ?? '');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return UNAVAILABLE_CODES.has(code) || UNAVAILABLE_MESSAGES.test(error.message);
}
