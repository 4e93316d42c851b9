import type { ErrorCode } from '@reeve/contracts';
import type { UpstreamFailure } from '#adapters';

/** What a failed attempt means for the attempts and candidates that could follow, and for the caller. */
export interface Verdict {
  code: ErrorCode;
  /** One more attempt at the same candidate makes sense. */
  retry: boolean;
  /** The next candidate may do better. */
  fallBack: boolean;
  /** The provider's own answer goes to the caller. */
  passThrough: boolean;
  /** What the breaker learns: the provider failed, it works, or nothing. */
  breaker: 'fail' | 'succeed' | 'release';
  /** Somebody has to look at this server's credentials. */
  alert: boolean;
}

const BASE: Omit<Verdict, 'code'> = {
  retry: false,
  fallBack: true,
  passThrough: false,
  breaker: 'fail',
  alert: false,
};

const BY_KIND: Readonly<Record<Exclude<UpstreamFailure['kind'], 'status'>, Verdict>> = {
  connect: { ...BASE, code: 'upstream_failed', retry: true },
  // The provider may have worked on the request: asking it again could pay twice.
  reset: { ...BASE, code: 'upstream_failed' },
  timeout: { ...BASE, code: 'upstream_timeout' },
  invalid: { ...BASE, code: 'upstream_invalid', breaker: 'succeed' },
  unsupported: { ...BASE, code: 'unsupported_parameter', breaker: 'release' },
  aborted: { ...BASE, code: 'request_timeout', fallBack: false, breaker: 'release' },
};

export function judgeFailure(failure: UpstreamFailure): Verdict {
  return failure.kind === 'status' ? judgeStatus(failure.status ?? 0, failure.retryAfter) : BY_KIND[failure.kind];
}

function judgeStatus(status: number, retryAfter: string | null): Verdict {
  if (status === 401 || status === 402 || status === 403) {
    return { ...BASE, code: 'upstream_refused', breaker: 'succeed', alert: true };
  }
  const refused: Verdict = { ...BASE, code: 'upstream_rejected', passThrough: true, breaker: 'succeed' };
  if (status === 429) return { ...refused, retry: retryAfter === null };
  // The model did not finish in time, or failed at its work: no fault of the caller.
  if (status === 408 || status === 424) return { ...refused, breaker: 'fail' };
  if (status >= 400 && status < 500) return { ...refused, fallBack: false };
  if (status >= 500) return { ...BASE, code: 'upstream_failed', retry: retryAfter === null };
  return { ...BASE, code: 'upstream_invalid', breaker: 'succeed' };
}
