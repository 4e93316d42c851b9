/** W3C Trace Context: which trace a request belongs to, and how others are told. */
import type { Random, TraceContext } from '#kernel';

/** The share of new traces that is exported; failed requests always are. */
const HEAD_SAMPLING_SHARE = 0.1;

/**
 * The trace of a request: the caller's where `header` is a well-formed `traceparent`, else a new one, sampled by its id.
 * Either way the request gets a span of its own.
 */
export function continueTrace(header: string | readonly string[] | undefined, random: Random): TraceContext {
  random.fill(idBytes);
  const hex = idBytes.toString('hex');
  const spanId = hex.slice(32);
  const parent = typeof header === 'string' ? parseTraceparent(header) : null;
  if (parent) return { ...parent, spanId };
  const traceId = hex.slice(0, 32);
  return { traceId, parentSpanId: null, spanId, sampled: isSampledByTraceId(traceId) };
}

/** Strict: a header of another form is `null`, as are all-zero ids. A version above 00 may carry more fields. */
export function parseTraceparent(header: string): { traceId: string; parentSpanId: string; sampled: boolean } | null {
  const [, version, traceId, parentSpanId, flags, rest] = TRACEPARENT.exec(header) ?? [];
  if (version === undefined || !traceId || !parentSpanId || !flags) return null;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentSpanId)) return null;
  return { traceId, parentSpanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The header that names this request's span to whom it calls or answers. */
export function formatTraceparent(traceId: string, spanId: string, sampled: boolean): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** 16 hex characters. */
export function createSpanId(random: Random): string {
  random.fill(spanBytes);
  return spanBytes.toString('hex');
}

/** Every process decides the same for one trace: the last 7 bytes of a trace id are random (Trace Context level 2). */
function isSampledByTraceId(traceId: string): boolean {
  return Number.parseInt(traceId.slice(18, 26), 16) < HEAD_SAMPLING_SHARE * 2 ** 32;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** Written and read at once, so one place serves all requests. */
const idBytes = Buffer.alloc(24);
const spanBytes = Buffer.alloc(8);
