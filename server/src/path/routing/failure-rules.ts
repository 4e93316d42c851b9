/** What a failed attempt means: for the provider's breaker, for the next try, for the caller. */
import type { ErrorCode } from '@reeve/contracts';
import type { UpstreamFailure } from '#adapters';

/** Connect errors, cuts, time-outs and 5xx say something about the provider; a 4xx does not. */
export function countsAgainstProvider({ kind, status }: UpstreamFailure): boolean {
  if (kind === 'status') return status !== null && status >= 500;
  return kind === 'connect' || kind === 'reset' || kind === 'timeout';
}

/** One more attempt on the same candidate: connect errors, 5xx, and 429 that does not say when to come back. */
export function isRetryable({ kind, status, retryAfter }: UpstreamFailure): boolean {
  if (kind === 'connect' || kind === 'reset') return true;
  if (kind !== 'status' || status === null) return false;
  return status >= 500 || (status === 429 && retryAfter === null);
}

const REFUSED_STATUSES: ReadonlySet<number> = new Set([401, 402, 403]);
/** 4xx that another provider may well not give: time-outs, conflicts of load, quota. */
const ELSEWHERE_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

/** Whether the next candidate is tried. A caller's own mistake (400, 404, 422 …) would fail there too. */
export function triesNext({ kind, status }: UpstreamFailure): boolean {
  if (kind === 'aborted') return false;
  if (kind !== 'status' || status === null || status >= 500) return true;
  return REFUSED_STATUSES.has(status) || ELSEWHERE_STATUSES.has(status);
}

/** The code that the caller sees; `passThrough` where the provider's own 4xx goes to the caller as it is. */
export function toErrorCode({ kind, status }: UpstreamFailure): { code: ErrorCode; passThrough: boolean } {
  const ours = (code: ErrorCode) => ({ code, passThrough: false });
  if (kind === 'timeout') return ours('upstream_timeout');
  if (kind === 'invalid') return ours('upstream_invalid');
  if (kind === 'unsupported') return ours('unsupported_parameter');
  if (kind === 'aborted') return ours('request_timeout');
  if (kind !== 'status' || status === null || status >= 500 || status < 400) return ours('upstream_failed');
  if (REFUSED_STATUSES.has(status)) return ours('upstream_refused');
  return { code: 'upstream_rejected', passThrough: true };
}

/** The attempt in one word, for receipts and metrics. */
export function toOutcome({ kind, status }: UpstreamFailure): string {
  return kind === 'status' && status !== null ? `status_${status}` : kind;
}
