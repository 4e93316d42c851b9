import { AppError } from '#kernel';
import type { Plan } from '#routing';
import type { CallEnding, CallPath, CallRequest } from './calls.ts';
import type { CapacityVerdict } from './capacity.ts';
import { listUsableModels } from './list-models.ts';
import type { AdmissionFacts } from './open-call.ts';

export type Admission =
  | { type: 'admitted'; facts: AdmissionFacts; plan: Plan }
  | Extract<CallEnding, { type: 'refused' }>;

const RETRY_AFTER_SECONDS = 1;
const NAME_SHOWN_MAX = 200;

/** Resolves the model to candidates and takes a place; afterwards the call has a receipt id. */
export async function admit(path: CallPath, request: CallRequest): Promise<Admission> {
  const plan = path.routing.resolve(request.call.model);
  if (plan === null) return refuse(unknownModel(path, request));
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

/** Names what this key may use, so that the caller can mend the request. */
function unknownModel(path: CallPath, request: CallRequest): AppError {
  const usable = listUsableModels(path, request.scope).map((model) => model.name);
  const shown = usable.slice(0, 20).join(', ') || 'none';
  return new AppError('model_not_found', {
    message: `The model "${shorten(request.call.model)}" does not exist. This key may use: ${shown}.`,
    param: 'model',
  });
}

/** A name may be as long as a body; its answer need not be. */
function shorten(name: string): string {
  return name.length > NAME_SHOWN_MAX ? `${name.slice(0, NAME_SHOWN_MAX)}…` : name;
}
