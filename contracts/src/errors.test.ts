import { describe, expect, it } from 'vitest';
import { ERRORS } from './errors.ts';

/** Statuses that CONTRACT §2 promises for the named codes. */
const PROMISED = {
  malformed_json: 400,
  invalid_api_key: 401,
  policy_denied: 403,
  model_not_found: 404,
  conflict: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  idempotency_mismatch: 422,
  upstream_failed: 502,
  upstream_refused: 502,
  draining: 503,
  upstream_timeout: 504,
} as const;

describe('the catalogue of errors', () => {
  it('keeps the promised statuses', () => {
    const statuses = Object.fromEntries(
      Object.keys(PROMISED).map((code) => [code, ERRORS[code as keyof typeof PROMISED].status]),
    );
    expect(statuses).toEqual(PROMISED);
  });

  it.each(Object.entries(ERRORS))('%s speaks in sentences and gives nothing away', (code, entry) => {
    expect(code).toMatch(/^[a-z]+(_[a-z0-9]+)*$/);
    expect(entry.message).toMatch(/^[A-Z].*\.$/);
    expect(entry.message).not.toMatch(/stack|sql|postgres|pglite|undefined|null/i);
  });

  it.each(Object.entries(ERRORS))('%s has a type that fits its status', (_code, entry) => {
    const types: Record<string, string> = {
      401: 'authentication_error',
      403: 'permission_error',
      429: 'rate_limit_error',
    };
    const expected = entry.status >= 500 ? 'server_error' : (types[entry.status] ?? 'invalid_request_error');
    expect(entry.type).toBe(expected);
  });
});
