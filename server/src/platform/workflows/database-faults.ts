/** Which faults of the database are not those of who asked it. */
import { AppError } from '#kernel';

/** The database does not answer. */
export function isAway(error: unknown): boolean {
  return error instanceof AppError && error.code === 'database_unavailable';
}

/** The same may succeed later: it was away, or two transactions were in each other's way (SQLSTATE class 40, 55P03). */
export function isTransient(error: unknown): boolean {
  if (isAway(error)) return true;
  return error instanceof Error && 'code' in error && /^(40|55P03)/.test(String(error.code));
}
