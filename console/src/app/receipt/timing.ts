/** The steps of a call in time, out of what its receipt holds: tries stand one after the other. */
import type { Receipt } from './receipt.ts';

type Measured = Pick<Receipt, 'attempts' | 'first_byte_ms' | 'latency_ms' | 'overhead_us'>;

export interface Step {
  /** `waits`: before the first try and between the tries; the receipt has only their sum, so it stands first. */
  kind: 'before' | 'waits' | 'attempt' | 'answer' | 'rest';
  /** Of an attempt: its place in the receipt. */
  attempt: number;
  startMs: number;
  tookMs: number;
}

/** In order, without gaps; together they take `latency_ms`. */
export function toSteps({
  attempts,
  first_byte_ms: firstByteMs,
  latency_ms: totalMs,
  overhead_us: overheadUs,
}: Measured): Step[] {
  const triedMs = attempts.reduce((sum, { latency_ms: tookMs }) => sum + tookMs, 0);
  // The last try ends where the first byte comes. Without one, Reeve's own share came before.
  const beforeMs = Math.max(
    0,
    Math.min(totalMs - triedMs, firstByteMs === null ? overheadUs / 1_000 : firstByteMs - triedMs),
  );
  const steps: Step[] = [{ kind: attempts.length > 1 ? 'waits' : 'before', attempt: -1, startMs: 0, tookMs: beforeMs }];
  let atMs = beforeMs;
  for (const [attempt, { latency_ms: tookMs }] of attempts.entries()) {
    steps.push({ kind: 'attempt', attempt, startMs: atMs, tookMs });
    atMs += tookMs;
  }
  const kind = firstByteMs === null ? 'rest' : 'answer';
  steps.push({ kind, attempt: -1, startMs: atMs, tookMs: Math.max(0, totalMs - atMs) });
  return steps;
}
