import type { RunResult, Plan } from '#routing';
import type { OpenCall } from './open-call.ts';

/** Calls the candidates in order until one gives an answer or the first good frame of a stream. */
export async function invoke({ path, request, timeline }: OpenCall, plan: Plan): Promise<RunResult> {
  const startMs = timeline.now();
  const result = await path.routing.run({ plan, call: request.call, signal: request.signal });
  const nowMs = timeline.now();
  timeline.upstreamMs += nowMs - startMs;
  timeline.firstByteMs = result.type === 'failed' ? null : nowMs - timeline.startedMs;
  timeline.span('adapter_call', startMs);
  return result;
}
