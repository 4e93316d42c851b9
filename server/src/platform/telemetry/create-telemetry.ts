/** Puts the engines together as configured. */
import type { Clock, Random } from '#kernel';
import type { HttpClient } from '#platform/http-client/port.ts';
import { createLineSink, createStderrTarget } from './line-sink.ts';
import { createOtlpTracer, disabledTracer } from './otlp-tracer.ts';
import { createPinoLog, type LogLevel } from './pino-log.ts';
import type { Telemetry } from './port.ts';
import { createPrometheusMetrics } from './prometheus-metrics.ts';
import { openRotatingFile } from './rotating-file.ts';

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
  const metrics = createPrometheusMetrics(clock);
  const tracer = otlpEndpoint
    ? createOtlpTracer({ endpoint: otlpEndpoint, httpClient, clock, random, log, serviceVersion })
    : disabledTracer;
  return {
    log,
    metrics,
    tracer,
    async close() {
      await tracer.close();
      metrics.close();
      await sink.close();
    },
  };
}
