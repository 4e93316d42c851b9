/** English: what each code of the catalogue means to whoever works here, and what to do. */
import type { ErrorCode } from '@reeve/contracts';

export const errors = {
  malformed_json: 'What was sent cannot be read. Reload the page and try again.',
  invalid_utf8: 'The text has characters that are not valid. Type it anew.',
  nesting_too_deep: 'What was sent nests too deep. Make it flatter.',
  duplicate_field: 'A field was sent twice. Send each once.',
  invalid_request: 'Something that was entered is not valid. Change it and try again.',
  unsupported_parameter: 'The model cannot do something that was asked. Choose another model, or ask without it.',
  invalid_api_key: 'You are not known here, or your access has ended. Sign in again.',
  sign_in_failed: 'The login name or the password is wrong. Try again, or ask for a one-time link.',
  sign_in_link_invalid: 'This link was used, has expired, or was replaced by a newer one. Ask for a fresh one.',
  session_ended: 'Your session has ended. Sign in again.',
  cross_site_request:
    'This request did not come from the console itself. Open the console at its own address and try again.',
  policy_denied: 'Your roles, or a policy, do not allow this. An owner can change your roles.',
  model_not_found: 'There is no such model for you. Choose another one.',
  not_found: 'This is not there any more, or it is not yours to see. Go back to the list.',
  method_not_allowed: 'The server does not take this request. Reload the page: it may be older than the server.',
  request_timeout: 'The request did not arrive in time. Check the connection and try again.',
  conflict:
    'This does not fit what is stored, perhaps since somebody changed it meanwhile. Look again, then try once more.',
  idempotency_in_flight: 'The same request is still running. Wait a moment and look again.',
  idempotency_stream_repeated: 'This answer was given already and is not played again. Ask anew.',
  body_too_large: 'This is larger than the server takes. Send less, or smaller files.',
  unsupported_media_type: 'The server does not take this kind of content. Reload the page and try again.',
  idempotency_mismatch: 'The same request was sent before with other content. Reload the page and try again.',
  headers_too_large: 'The browser sends more than the server takes. Clear the cookies of this address and try again.',
  sign_in_locked: 'Too many wrong passwords for this login name. Wait, or sign in with a one-time link.',
  upstream_rejected: 'The provider did not take the request. Change what it names, or choose another model.',
  internal_error:
    'Something failed inside the server. Try again; if it happens once more, tell who runs Reeve, with the id below.',
  upstream_failed: 'The provider failed. Try again, or choose another model.',
  upstream_invalid: 'The provider sent an answer that cannot be read. Try again, or choose another model.',
  upstream_refused:
    'The provider does not take this server’s credentials. Who runs Reeve has to mend them; choose another model meanwhile.',
  overloaded: 'The server is at its limit. Wait a moment and try again.',
  draining: 'The server is shutting down or restarting. Try again in a moment.',
  audit_unavailable: 'The server cannot write receipts, so it serves no call. Tell who runs Reeve.',
  database_unavailable: 'The database does not answer. Try again in a moment; if it lasts, tell who runs Reeve.',
  objects_unavailable: 'The object store does not answer. Try again in a moment; if it lasts, tell who runs Reeve.',
  secrets_unavailable: 'The secret store does not answer. Try again in a moment; if it lasts, tell who runs Reeve.',
  upstream_timeout: 'The provider did not answer in time. Try again, or choose another model.',
  unreachable: 'Check the connection, then try again.',
  unknown: 'The answer is not one that this page knows. Try again; if it happens once more, tell who runs Reeve.',
} satisfies Record<ErrorCode | 'unreachable' | 'unknown', string>;
