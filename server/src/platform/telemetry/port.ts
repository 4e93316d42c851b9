/** Logs, metrics and spans. Unreachable sinks never stop a call. */
import type { SpanName } from '@reeve/contracts';
import type { Scope, TenantId } from '#kernel';
import type { TrafficSums } from './traffic-window.ts';

/** JSON lines on standard error. `fields` never hold bodies, keys or texts of users. */
export interface Log {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What one finished call adds to the metrics. Labels are bounded: never a tenant, key, user or request id. */
export interface CallMeasure {
  /** Whose call it was: for `Traffic`, never a label. */
  tenantId: TenantId;
  surface: string;
  kind: string;
  status: string;
  provider: string;
  model: string;
  seconds: number;
  overheadSeconds: number;
  inputTokens: number;
  outputTokens: number;
  costNanos: number;
  stream: boolean;
}

export interface Metrics {
  call(measure: CallMeasure): void;
  attempt(provider: string, outcome: string): void;
  breaker(provider: string, open: boolean): void;
  streamOpened(): void;
  streamClosed(): void;
  policyDenied(): void;
  journalSynced(seconds: number): void;
  /** Read at scrape time. */
  gauge(name: string, help: string, read: () => number): void;
  /** The text of `/metrics` (Prometheus exposition format) and its content type. */
  render(): Promise<{ contentType: string; text: string }>;
}

export interface ModelTraffic extends TrafficSums {
  provider: string;
  model: string;
}

/** The last quarter of an hour in steps, and the last minutes as a whole. */
export interface TrafficReport {
  stepMs: number;
  /** Wall clock. */
  firstStepAtMs: number;
  /** The oldest first; the last one still runs. */
  steps: readonly TrafficSums[];
  /** What `recent` and `models` look back on. */
  recentMs: number;
  recent: TrafficSums;
  /** The busiest first. */
  models: readonly ModelTraffic[];
}

/** Attempts on a provider in the last five minutes. */
export interface AttemptTally {
  attempts: number;
  failures: number;
  lastFailure: { outcome: string; atMs: number } | null;
}

/** What went through this process lately; told of the same things as the metrics. */
export interface Traffic extends Pick<Metrics, 'call' | 'attempt' | 'streamOpened' | 'streamClosed'> {
  readonly activeStreams: number;
  /** Of one tenant; `null`: of all. */
  report(tenantId: TenantId | null): TrafficReport;
  attempts(provider: string): AttemptTally;
}

/** One finished span of a request; times are steady-clock ms. */
export interface SpanRecord {
  name: SpanName;
  startMs: number;
  endMs: number;
  attributes: Readonly<Record<string, string | number | boolean>>;
  failed: boolean;
}

export interface Tracer {
  /** False where no exporter is set: then nobody needs to gather spans. */
  readonly enabled: boolean;
  /** Hands over the spans of one finished request; the first is the root. Head sampling 10 %, errors always. */
  finish(scope: Scope, spans: readonly SpanRecord[], failed: boolean): void;
  close(): Promise<void>;
}

export interface Telemetry {
  log: Log;
  metrics: Metrics;
  traffic: Traffic;
  tracer: Tracer;
}
