/** Puts the engines together as configured. */
import type { Clock, Random } from '#kernel';
import type { HttpClient } from '#platform/http-client/port.ts';
import { createLineSink, createStderrTarget } from './line-sink.ts';
import { createOtlpTracer, disabledTracer } from './otlp-tracer.ts';
import { createPinoLog, type LogLevel } from './pino-log.ts';
import type { Metrics, Telemetry, Traffic } from './port.ts';
import { createPrometheusMetrics } from './prometheus-metrics.ts';
import { openRotatingFile } from './rotating-file.ts';
import { createTraffic } from './traffic.ts';

export interface TelemetryOptions {
  level: LogLevel;
  /** Lines go to this file, with rotation, instead of standard error. */
  logFile?: string | null;
  /** Base URL of an OTLP/HTTP collector; without it nothing is traced. The client's egress rules must allow it. */
  otlpEndpoint?: string | null;
  httpClient: HttpClient;
  clock: Clock;
  random: Random;
  serviceVersion: string;
}

/** Throws where `logFile` cannot be opened. `close` sends what waits (bounded in time), the log last. */
export function createTelemetry(options: TelemetryOptions): Telemetry & { close(): Promise<void> } {
  const { level, logFile, otlpEndpoint, httpClient, clock, random, serviceVersion } = options;
  const sink = createLineSink(logFile ? openRotatingFile(logFile, clock) : createStderrTarget(), clock);
  const log = createPinoLog(level, sink, clock);
  const prometheus = createPrometheusMetrics(clock);
  const traffic = createTraffic(clock);
  const tracer = otlpEndpoint
    ? createOtlpTracer({ endpoint: otlpEndpoint, httpClient, clock, random, log, serviceVersion })
    : disabledTracer;
  return {
    log,
    metrics: tellBoth(prometheus, traffic),
    traffic,
    tracer,
    async close() {
      await tracer.close();
      prometheus.close();
      await sink.close();
    },
  };
}

function tellBoth(metrics: Metrics, traffic: Traffic): Metrics {
  return {
    ...metrics,
    call(measure) {
      metrics.call(measure);
      traffic.call(measure);
    },
    attempt(provider, outcome) {
      metrics.attempt(provider, outcome);
      traffic.attempt(provider, outcome);
    },
    streamOpened() {
      metrics.streamOpened();
      traffic.streamOpened();
    },
    streamClosed() {
      metrics.streamClosed();
      traffic.streamClosed();
    },
  };
}
