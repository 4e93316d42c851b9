import { ERRORS } from '@reeve/contracts';
import type { AppError } from '#kernel';

/** The OpenAI error object: `{"error":{"message","type","param","code"}}`. */
export function toErrorBody(error: AppError): string {
  return toPassedError(error);
}

/** The same object where a provider's own `status` goes out with it. */
export function toPassedError(error: AppError, status: number = error.status): string {
  const type = status === error.status ? ERRORS[error.code].type : typeOf(status);
  return JSON.stringify({ error: { message: error.message, type, param: error.param, code: error.code } });
}

const TYPES: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [429, 'rate_limit_error'],
]);

function typeOf(status: number): string {
  return TYPES.get(status) ?? (status < 500 ? 'invalid_request_error' : 'server_error');
}

/** The same object as one server-sent event; no closing frame may follow it. */
export function toErrorFrame(error: AppError): string {
  return `data: ${toErrorBody(error)}\n\n`;
}
