/** Telemetry that remembers, for tests of whoever reports to it. */
import type { Scope } from '#kernel';
import { systemClock } from '../clock/system-clock.ts';
import type { CallMeasure, SpanRecord, Telemetry } from './port.ts';
import { createTraffic } from './traffic.ts';

export interface LogEntry {
  level: 'debug' | 'info' | 'warn' | 'error';
  fields: Readonly<Record<string, unknown>>;
  message: string;
}

export interface RecordingTelemetry extends Telemetry {
  entries: LogEntry[];
  calls: CallMeasure[];
  attempts: { provider: string; outcome: string }[];
  breakers: Map<string, boolean>;
  gauges: Map<string, () => number>;
  traces: { scope: Scope; spans: readonly SpanRecord[]; failed: boolean }[];
  counts: { activeStreams: number; policyDenials: number; journalSyncs: number };
}

/** @param tracing whether `tracer.enabled`. */
export function createRecordingTelemetry(tracing = true): RecordingTelemetry {
  const entries: LogEntry[] = [];
  const calls: CallMeasure[] = [];
  const attempts: RecordingTelemetry['attempts'] = [];
  const breakers = new Map<string, boolean>();
  const gauges = new Map<string, () => number>();
  const traces: RecordingTelemetry['traces'] = [];
  const counts = { activeStreams: 0, policyDenials: 0, journalSyncs: 0 };
  const record =
    (level: LogEntry['level']) =>
    (fields: LogEntry['fields'], message: string): void =>
      void entries.push({ level, fields, message });
  return {
    entries,
    calls,
    attempts,
    breakers,
    gauges,
    traces,
    counts,
    log: { debug: record('debug'), info: record('info'), warn: record('warn'), error: record('error') },
    metrics: {
      call: (measure) => void calls.push(measure),
      attempt: (provider, outcome) => void attempts.push({ provider, outcome }),
      breaker: (provider, open) => void breakers.set(provider, open),
      streamOpened: () => void (counts.activeStreams += 1),
      streamClosed: () => void (counts.activeStreams -= 1),
      policyDenied: () => void (counts.policyDenials += 1),
      journalSynced: () => void (counts.journalSyncs += 1),
      gauge: (name, _help, read) => void gauges.set(name, read),
      render: () => Promise.resolve({ contentType: 'text/plain', text: '' }),
    },
    traffic: createTraffic(systemClock),
    tracer: {
      enabled: tracing,
      finish: (scope, spans, failed) => void traces.push({ scope, spans, failed }),
      close: () => Promise.resolve(),
    },
  };
}
