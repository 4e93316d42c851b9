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

/** Resolves the model to candidates and takes a place; afterwards the call has a receipt id. */
export async function admit(path: CallPath, request: CallRequest): Promise<Admission> {
  const { model } = request.call;
  const plan = isModelName(model) ? path.routing.resolve(model) : null;
  if (plan === null) return refuse(unknownModel(path, request.scope, model));
  const verdict = await path.capacity.enter(request.signal);
  if (verdict !== 'entered') return refuse(toRefusal(verdict));
  const facts = { receiptId: path.ids.next('receipt'), createdAt: new Date(path.clock.now()).toISOString() };
  return { type: 'admitted', facts, plan };
}

function refuse(error: AppError): Admission {
  return { type: 'refused', head: null, error, upstream: null };
}

function toRefusal(verdict: Exclude<CapacityVerdict, 'entered'>): AppError {
  if (verdict === 'draining') return new AppError('draining', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  if (verdict === 'overloaded') return new AppError('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  return new AppError('request_timeout', { message: 'The caller went away while waiting for a place.' });
}
