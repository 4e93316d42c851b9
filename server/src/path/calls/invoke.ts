import type { RunResult, Plan } from '#routing';
import type { CallPath, CallRequest } from './calls.ts';
import type { Timeline } from './timeline.ts';

/** Calls the candidates in order until one gives an answer or the first good frame of a stream. */
export async function invoke(path: CallPath, request: CallRequest, plan: Plan, timeline: Timeline): Promise<RunResult> {
  const startMs = timeline.now();
  const result = await path.routing.run({ plan, call: request.call, signal: request.signal });
  timeline.upstreamMs += timeline.now() - startMs;
  timeline.firstByteMs = result.type === 'failed' ? null : timeline.now() - timeline.startedMs;
  timeline.span('adapter_call', startMs);
  return result;
}
