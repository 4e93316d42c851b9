import type { AppError } from '#kernel';

/** Under this name the official clients look for the request's id. */
export const REQUEST_ID_HEADER = 'request-id';

/**
 * The Anthropic error object: `{"type":"error","error":{"type","message","details"},"request_id"}`. `status` is the
 * one that goes out, where it is a provider's own. Source: the public API reference for errors.
 */
export function toErrorBody(error: AppError, requestId: string, status: number = error.status): string {
  const param = error.param === null ? {} : { param: error.param };
  const details = { error_code: error.code, ...param };
  const inner = { type: typeOf(status), message: error.message, details };
  return JSON.stringify({ type: 'error', error: inner, request_id: requestId });
}

/** The same object as one server-sent event; no closing frame may follow it. */
export function toErrorFrame(error: AppError, requestId: string): string {
  return `event: error\ndata: ${toErrorBody(error, requestId)}\n\n`;
}

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

function typeOf(status: number): string {
  return TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
}
