import { AppError } from '#kernel';
import type { Plan } from '#routing';
import type { CallEnding, CallPath, CallRequest } from './calls.ts';
import type { CapacityVerdict } from './capacity.ts';
import { isModelName, unknownModel } from './list-models.ts';
import type { AdmissionFacts } from './open-call.ts';

export type Admission =
  | { type: 'admitted'; facts: AdmissionFacts; plan: Plan }
  | Extract<CallEnding, { type: 'refused' }>;

const RETRY_AFTER_SECONDS = 1;

/** Resolves the model to candidates and takes a place; afterwards the call has a receipt id. A promise only where it waits. */
export function admit(path: CallPath, request: CallRequest): Admission | Promise<Admission> {
  const { model } = request.call;
  const plan = isModelName(model) ? path.routing.resolve(model) : null;
  if (plan === null) return refuse(unknownModel(path, request.scope, model));
  const verdict = path.capacity.enter(request.signal);
  if (verdict === 'entered') return toAdmission(path, plan);
  return verdict.then((late) => (late === 'entered' ? toAdmission(path, plan) : refuse(toRefusal(late))));
}

function toAdmission({ ids, clock }: CallPath, plan: Plan): Admission {
  return { type: 'admitted', facts: { receiptId: ids.next('receipt'), createdAt: formatMoment(clock.now()) }, plan };
}

let momentMs = Number.NaN;
let moment = '';

/** RFC 3339. Calls of one millisecond share its text. */
function formatMoment(nowMs: number): string {
  if (nowMs !== momentMs) moment = new Date(nowMs).toISOString();
  momentMs = nowMs;
  return moment;
}

function refuse(error: AppError): Admission {
  return { type: 'refused', head: null, error, upstream: null };
}

function toRefusal(verdict: Exclude<CapacityVerdict, 'entered'>): AppError {
  if (verdict === 'draining') return new AppError('draining', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  if (verdict === 'overloaded') return new AppError('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  return new AppError('request_timeout', { message: 'The caller went away while waiting for a place.' });
}
