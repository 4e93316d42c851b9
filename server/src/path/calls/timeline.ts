/** When each step of one call happened, in steady-clock ms: the source of latency, overhead and spans. */
import type { SpanName } from '@reeve/contracts';
import type { Clock } from '#kernel';

export interface Timeline {
  readonly startedMs: number;
  readonly spans: readonly { name: SpanName; startMs: number; endMs: number }[];
  now(): number;
  /** Notes that the step `name` ran from `startMs` until now. */
  span(name: SpanName, startMs: number): void;
  /** Ms spent waiting for providers, callers' reading included while a stream runs. */
  upstreamMs: number;
  /** Ms from the start to the first byte of the answer; `null` until then. */
  firstByteMs: number | null;
}

export function startTimeline(clock: Clock, startedMs: number): Timeline {
  const spans: { name: SpanName; startMs: number; endMs: number }[] = [];
  return {
    startedMs,
    spans,
    now: clock.monotonicMs,
    span(name, startMs) {
      spans.push({ name, startMs, endMs: clock.monotonicMs() });
    },
    upstreamMs: 0,
    firstByteMs: null,
  };
}
