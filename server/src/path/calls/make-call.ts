/** The one request path: every call to a model, tool, embedding or prediction walks these steps in this order. */
import { admit } from './admit.ts';
import type { CallEnding, CallPath, CallRequest } from './calls.ts';
import { commit } from './commit.ts';
import { decide } from './decide.ts';
import { guardAnswer, guardStream } from './guard.ts';
import { inspect } from './inspect.ts';
import { invoke } from './invoke.ts';
import type { OpenCall } from './open-call.ts';
import { deny, failBeforeAnswer, settleFault } from './refuse.ts';
import { reserve } from './reserve.ts';
import { route } from './route.ts';
import { startTimeline } from './timeline.ts';

/**
 * Makes one call and settles it with one receipt. Resolves for every outcome that a caller can bring about, and for a
 * fault of ours that still got its receipt. A rejection means that there is none, and then no answer may be given.
 */
export async function makeCall(path: CallPath, request: CallRequest): Promise<CallEnding> {
  const timeline = startTimeline(path.clock, request.startedMs);
  const entering = admit(path, request);
  const admission = entering instanceof Promise ? await entering : entering;
  if (admission.type === 'refused') return admission;
  let call: OpenCall | null = null;
  try {
    const inspection = inspect(request.call);
    const decision = decide(request, admission.plan, timeline);
    const facts = { ...admission.facts, ...inspection, decision };
    call = { path, request, facts, timeline, settling: false, spent: null };
    if (!decision.allowed) return await deny(call);
    const plan = route(call, admission.plan);
    await reserve(call, plan);
    const run = await invoke(call, plan);
    if (run.type === 'failed') return await failBeforeAnswer(call, run);
    const guarded = run.type === 'answer' ? guardAnswer(call, run) : await guardStream(call, run);
    return await commit(call, run, guarded);
  } catch (fault) {
    if (call === null || call.settling) throw fault;
    return await settleFault(call, fault);
  } finally {
    path.capacity.leave();
  }
}
