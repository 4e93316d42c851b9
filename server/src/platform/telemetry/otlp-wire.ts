/** Finished requests as OTLP/HTTP JSON (opentelemetry-proto 1.x, `ExportTraceServiceRequest`). */
import type { SpanName } from '@reeve/contracts';
import type { Random, TraceContext } from '#kernel';
import type { SpanRecord } from './port.ts';
import { createSpanId } from './trace-context.ts';

/** The spans of one request, the first the root. */
export interface FinishedRequest {
  trace: TraceContext;
  requestId: string;
  spans: readonly SpanRecord[];
  /** Add to steady-clock ms to get ms since the epoch. */
  epochOffsetMs: number;
}

type OtlpValue =
  | { stringValue: string }
  | { boolValue: boolean }
  /** 64-bit integers are strings in protobuf's JSON. */
  | { intValue: string }
  | { doubleValue: number };

export interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: OtlpAttribute[];
  status: { code?: number };
  /** Bit 0: sampled. */
  flags: number;
}

interface OtlpAttribute {
  key: string;
  value: OtlpValue;
}

export interface OtlpTraces {
  resourceSpans: {
    resource: { attributes: OtlpAttribute[] };
    scopeSpans: { scope: { name: string; version: string }; spans: OtlpSpan[] }[];
  }[];
}

export function encodeTraces(requests: readonly FinishedRequest[], serviceVersion: string, random: Random): OtlpTraces {
  const resource = encodeAttributes({ 'service.name': 'reeve', 'service.version': serviceVersion });
  const spans = requests.flatMap((request) => encodeRequest(request, random));
  return {
    resourceSpans: [
      {
        resource: { attributes: resource },
        scopeSpans: [{ scope: { name: 'reeve', version: serviceVersion }, spans }],
      },
    ],
  };
}

function encodeRequest({ trace, requestId, spans, epochOffsetMs }: FinishedRequest, random: Random): OtlpSpan[] {
  const rootId = trace.spanId ?? createSpanId(random);
  return spans.map((span, index): OtlpSpan => {
    const isRoot = index === 0;
    const parentSpanId = isRoot ? trace.parentSpanId : rootId;
    const attributes = isRoot ? { 'reeve.request_id': requestId, ...span.attributes } : span.attributes;
    return {
      traceId: trace.traceId,
      spanId: isRoot ? rootId : createSpanId(random),
      ...(parentSpanId === null ? {} : { parentSpanId }),
      name: span.name,
      kind: KINDS[span.name],
      startTimeUnixNano: toNanos(span.startMs + epochOffsetMs),
      endTimeUnixNano: toNanos(Math.max(span.startMs, span.endMs) + epochOffsetMs),
      attributes: encodeAttributes(attributes),
      status: span.failed ? { code: STATUS_ERROR } : {},
      flags: trace.sampled ? 1 : 0,
    };
  });
}

const INTERNAL = 1;
const SERVER = 2;
const CLIENT = 3;
const KINDS: Readonly<Record<SpanName, number>> = {
  ingress: SERVER,
  policy: INTERNAL,
  routing_decision: INTERNAL,
  adapter_call: CLIENT,
};
const STATUS_ERROR = 2;

function encodeAttributes(attributes: SpanRecord['attributes']): OtlpAttribute[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: encodeValue(value) }));
}

function encodeValue(value: string | number | boolean): OtlpValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** Nanoseconds since the epoch pass what a double holds exactly; microseconds do not. */
const toNanos = (ms: number): string => `${Math.round(ms * 1000)}000`;
