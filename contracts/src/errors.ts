/**
 * The catalogue of errors, one entry per code: what a caller may see and how surfaces render it. The
 * internal voice (cause, detail for the log) lives on `AppError` in the kernel.
 */

interface ErrorEntry {
  status: number;
  /** `error.type` of the OpenAI error object. */
  type: string;
  /** The same request may succeed later without a change. */
  retryable: boolean;
  /** The public sentence used when the thrower gives none. */
  message: string;
}

export const ERRORS = {
  malformed_json: {
    status: 400,
    type: 'invalid_request_error',
    retryable: false,
    message: 'The body is not valid JSON.',
  },
  invalid_utf8: {
    status: 400,
    type: 'invalid_request_error',
    retryable: false,
    message: 'The body is not valid UTF-8.',
  },
  nesting_too_deep: {
    status: 400,
    type: 'invalid_request_error',
    retryable: false,
    message: 'The body nests deeper than this server reads.',
  },
  duplicate_field: {
    status: 400,
    type: 'invalid_request_error',
    retryable: false,
    message: 'The body gives a field twice.',
  },
  invalid_request: {
    status: 400,
    type: 'invalid_request_error',
    retryable: false,
    message: 'The request is not valid.',
  },
  unsupported_parameter: {
    status: 400,
    type: 'invalid_request_error',
    retryable: false,
    message: 'The request uses a parameter that is not supported.',
  },
  invalid_api_key: {
    status: 401,
    type: 'authentication_error',
    retryable: false,
    message: 'No valid API key was given. Send it as "Authorization: Bearer <key>".',
  },
  sign_in_failed: {
    status: 401,
    type: 'authentication_error',
    retryable: false,
    message: 'The login name or the password is wrong.',
  },
  sign_in_link_invalid: {
    status: 401,
    type: 'authentication_error',
    retryable: false,
    message: 'This sign-in link was used already, has expired or never existed. Ask for a fresh one.',
  },
  session_ended: {
    status: 401,
    type: 'authentication_error',
    retryable: false,
    message: 'This session has ended. Sign in again.',
  },
  cross_site_request: {
    status: 403,
    type: 'permission_error',
    retryable: false,
    message: 'A request with a console session must come from the console itself.',
  },
  policy_denied: {
    status: 403,
    type: 'permission_error',
    retryable: false,
    message: 'A policy denies this request.',
  },
  model_not_found: {
    status: 404,
    type: 'invalid_request_error',
    retryable: false,
    message: 'There is no such model.',
  },
  not_found: {
    status: 404,
    type: 'invalid_request_error',
    retryable: false,
    message: 'There is no such resource.',
  },
  method_not_allowed: {
    status: 405,
    type: 'invalid_request_error',
    retryable: false,
    message: 'This path does not take this method.',
  },
  request_timeout: {
    status: 408,
    type: 'invalid_request_error',
    retryable: true,
    message: 'The request did not arrive in time.',
  },
  conflict: {
    status: 409,
    type: 'invalid_request_error',
    retryable: false,
    message: 'The request conflicts with what is stored.',
  },
  idempotency_in_flight: {
    status: 409,
    type: 'invalid_request_error',
    retryable: true,
    message: 'A request with this idempotency key is still running.',
  },
  idempotency_stream_repeated: {
    status: 409,
    type: 'invalid_request_error',
    retryable: false,
    message: 'A stream with this idempotency key was already served; a stream is not replayed.',
  },
  body_too_large: {
    status: 413,
    type: 'invalid_request_error',
    retryable: false,
    message: 'The body is larger than this server takes.',
  },
  unsupported_media_type: {
    status: 415,
    type: 'invalid_request_error',
    retryable: false,
    message: 'Send the body as application/json.',
  },
  idempotency_mismatch: {
    status: 422,
    type: 'invalid_request_error',
    retryable: false,
    message: 'This idempotency key was used with another body.',
  },
  headers_too_large: {
    status: 431,
    type: 'invalid_request_error',
    retryable: false,
    message: 'The request headers are larger than this server takes.',
  },
  sign_in_locked: {
    status: 429,
    type: 'rate_limit_error',
    retryable: true,
    message: 'Too many wrong passwords for this login name. Wait, or sign in with a one-time link.',
  },
  /** A provider's own 4xx; the caller gets the provider's status and body. */
  upstream_rejected: {
    status: 400,
    type: 'invalid_request_error',
    retryable: false,
    message: 'The provider rejected the request.',
  },
  internal_error: {
    status: 500,
    type: 'server_error',
    retryable: true,
    message: 'Something failed inside the server. The log has the details under this request id.',
  },
  upstream_failed: {
    status: 502,
    type: 'server_error',
    retryable: true,
    message: 'The provider failed.',
  },
  upstream_invalid: {
    status: 502,
    type: 'server_error',
    retryable: true,
    message: 'The provider sent an answer that cannot be read.',
  },
  upstream_refused: {
    status: 502,
    type: 'server_error',
    retryable: false,
    message: 'The provider refused the credentials that this server uses for it.',
  },
  overloaded: {
    status: 503,
    type: 'server_error',
    retryable: true,
    message: 'The server is at its limit. Try again shortly.',
  },
  draining: {
    status: 503,
    type: 'server_error',
    retryable: true,
    message: 'The server is shutting down. Try again on another instance.',
  },
  audit_unavailable: {
    status: 503,
    type: 'server_error',
    retryable: true,
    message: 'The receipt log cannot take entries, so no call is served.',
  },
  database_unavailable: {
    status: 503,
    type: 'server_error',
    retryable: true,
    message: 'The database does not answer.',
  },
  objects_unavailable: {
    status: 503,
    type: 'server_error',
    retryable: true,
    message: 'The object store does not answer.',
  },
  secrets_unavailable: {
    status: 503,
    type: 'server_error',
    retryable: true,
    message: 'The secret store does not answer.',
  },
  upstream_timeout: {
    status: 504,
    type: 'server_error',
    retryable: true,
    message: 'The provider did not answer in time.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;
