import { ERRORS, HEADERS, type ErrorCode } from '@reeve/contracts';

interface AppErrorDetails {
  /** The public sentence; the catalogue's own is used where none is given. Never holds internal detail. */
  message?: string;
  /** The field of the request at fault, e.g. `messages[0].role`. */
  param?: string;
  /** Seconds after which the caller may try again. */
  retryAfterSeconds?: number;
  /** For the log only. */
  detail?: string;
  cause?: unknown;
}

/** A fault with two voices: code, status and message for the caller, detail and cause for the log. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly param: string | null;
  readonly retryAfterSeconds: number | null;
  readonly detail: string | null;

  constructor(code: ErrorCode, details: AppErrorDetails = {}) {
    super(details.message ?? ERRORS[code].message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = ERRORS[code].status;
    this.param = details.param ?? null;
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
    this.detail = details.detail ?? null;
  }
}

/** Any thrown value as an `AppError`; what is not one already becomes `internal_error` with its cause. */
export function toAppError(thrown: unknown): AppError {
  return thrown instanceof AppError ? thrown : new AppError('internal_error', { cause: thrown });
}

/**
 * What an error says in headers, on every surface. The official clients send a 409 and each 5xx again unless told not
 * to; where they may, the choice stays theirs.
 */
export function toErrorHeaders({ code, retryAfterSeconds }: AppError): Record<string, string> {
  const headers: Record<string, string> = {};
  if (!ERRORS[code].retryable) headers[HEADERS.shouldRetry] = 'false';
  if (retryAfterSeconds !== null) headers[HEADERS.retryAfter] = String(retryAfterSeconds);
  return headers;
}
