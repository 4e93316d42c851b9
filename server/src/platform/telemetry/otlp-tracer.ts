/** Sends sampled and failed requests to an OpenTelemetry collector, through the program's one HTTP exit. */
import type { Clock, Random } from '#kernel';
import type { HttpClient } from '#platform/http-client/port.ts';
import { encodeTraces, type FinishedRequest } from './otlp-wire.ts';
import type { Log, Tracer } from './port.ts';

export interface OtlpTracerOptions {
  /** Base URL of the collector, as in `OTEL_EXPORTER_OTLP_ENDPOINT`; `/v1/traces` is appended. */
  endpoint: string;
  httpClient: HttpClient;
  clock: Clock;
  random: Random;
  log: Log;
  serviceVersion: string;
}

const BATCH_REQUESTS = 128;
const BATCH_WAIT_MS = 2_000;
/** Requests waiting for a collector that is slow or away; more are dropped and counted. */
const WAITING_REQUESTS_MAX = 2_048;
const EXPORT_TIMEOUT_MS = 5_000;
const CLOSE_WAIT_MS = 2_000;
const WARN_EVERY_MS = 60_000;

/** For when no collector is configured. */
export const disabledTracer: Tracer = { enabled: false, finish() {}, close: () => Promise.resolve() };

export function createOtlpTracer(options: OtlpTracerOptions): Tracer {
  const { clock } = options;
  const losses = createLossReport(options.log, clock);
  let waiting: FinishedRequest[] = [];
  let sending: Promise<void> | null = null;
  let cancelTimer: (() => void) | null = null;

  function send(): void {
    cancelTimer?.();
    cancelTimer = null;
    if (sending !== null || waiting.length === 0) return;
    const batch = waiting.slice(0, BATCH_REQUESTS);
    waiting = waiting.slice(BATCH_REQUESTS);
    sending = exportBatch(options, batch)
      .catch((error: unknown) => losses.add(batch.length, error instanceof Error ? error.message : String(error)))
      .then(() => {
        sending = null;
        if (waiting.length >= BATCH_REQUESTS) send();
        else if (waiting.length > 0) sendLater();
      });
  }

  function sendLater(): void {
    cancelTimer ??= clock.after(BATCH_WAIT_MS, send);
  }

  return {
    enabled: true,
    finish({ trace, requestId }, spans, failed) {
      if ((!trace.sampled && !failed) || spans.length === 0) return;
      if (waiting.length >= WAITING_REQUESTS_MAX) {
        losses.add(1, 'the collector does not keep up');
        return;
      }
      waiting.push({ trace, requestId, spans, epochOffsetMs: clock.now() - clock.monotonicMs() });
      if (waiting.length >= BATCH_REQUESTS) send();
      else sendLater();
    },
    async close() {
      const untilMs = clock.monotonicMs() + CLOSE_WAIT_MS;
      const timeUp = new Promise<void>((resolve) => clock.after(CLOSE_WAIT_MS, resolve));
      while ((sending !== null || waiting.length > 0) && clock.monotonicMs() < untilMs) {
        send();
        await Promise.race([sending, timeUp]);
      }
      cancelTimer?.();
      if (waiting.length > 0) losses.add(waiting.length, 'the process ends');
      losses.report();
    },
  };
}

const ANSWER_BYTES_MAX = 64 * 1024;

async function exportBatch(options: OtlpTracerOptions, batch: readonly FinishedRequest[]): Promise<void> {
  const answer = await options.httpClient.exchange({
    method: 'POST',
    url: `${options.endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(encodeTraces(batch, options.serviceVersion, options.random)),
    timeoutMs: EXPORT_TIMEOUT_MS,
  });
  await answer.readAll(ANSWER_BYTES_MAX);
  if (answer.status < 200 || answer.status > 299) throw new Error(`the collector answered ${answer.status}`);
}

/** One warning at most a minute, with the count of what was lost since the last. */
function createLossReport(log: Log, clock: Clock): { add(requests: number, reason: string): void; report(): void } {
  let lost = 0;
  let lastReason = '';
  let quietUntilMs = -Infinity;

  function report(): void {
    if (lost === 0) return;
    log.warn({ requests: lost, reason: lastReason }, 'traces were dropped');
    lost = 0;
    quietUntilMs = clock.monotonicMs() + WARN_EVERY_MS;
  }

  return {
    add(requests, reason) {
      lost += requests;
      lastReason = reason;
      if (clock.monotonicMs() >= quietUntilMs) report();
    },
    report,
  };
}
