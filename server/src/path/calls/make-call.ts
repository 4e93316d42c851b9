/** The one request path: every call to a model, tool, embedding or prediction walks these steps in this order. */
import { admit } from './admit.ts';
import type { CallEnding, CallPath, CallRequest } from './calls.ts';
import { commit } from './commit.ts';
import { decide } from './decide.ts';
import { guard } from './guard.ts';
import { inspect } from './inspect.ts';
import { invoke } from './invoke.ts';
import { deny, failBeforeAnswer } from './refuse.ts';
import { reserve } from './reserve.ts';
import { route } from './route.ts';
import { startTimeline } from './timeline.ts';

/**
 * Makes one call and settles it with one receipt. Resolves for every outcome that a caller can bring about; a rejection
 * is a fault of ours (`AppError`), and then no answer may be given.
 */
export async function makeCall(path: CallPath, request: CallRequest): Promise<CallEnding> {
  const timeline = startTimeline(path.clock, request.startedMs);
  const admission = await admit(path, request);
  if (admission.type === 'refused') return admission;
  try {
    const inspected = inspect(request.call);
    const decision = decide(request, admission, timeline);
    const facts = { ...admission.facts, ...inspected, decision };
    if (!decision.allowed) return await deny(path, request, facts, timeline);
    const plan = route(path, admission.plan, decision, timeline);
    await reserve(path, request, facts, plan);
    const invocation = await invoke(path, request, plan, timeline);
    if (invocation.type === 'failed') return await failBeforeAnswer(path, request, facts, invocation, timeline);
    const guarded = await guard(path, request, facts, invocation, timeline);
    return await commit(path, request, facts, invocation, guarded, timeline);
  } finally {
    path.capacity.leave();
  }
}
