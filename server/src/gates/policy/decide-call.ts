/** Built-in rules that decide a call until policies are written by people: scopes of the key and its models. */
import { holdsPermission, type Scope } from '#kernel';

/** The version of the built-in rules; it changes when a rule changes. */
export const POLICY_VERSION = 'builtin-1';

/** A decision with what it rests on: attribute values, never text of the caller's content. */
export interface CallDecision {
  allowed: boolean;
  /** The sentence for the caller where the call is denied. */
  reason: string | null;
  /** The policies that decided. */
  policies: readonly string[];
  version: string;
  /** Sorted by name, so that the receipt's canonical form is stable. */
  attributes: Readonly<Record<string, string>>;
  /** Candidates (by index) that the call may leave for; empty when denied. */
  allowedCandidates: readonly number[];
}

export interface CallQuestion {
  kind: string;
  /** The alias or name that the caller used. */
  requestedModel: string;
  /** `provider/model` of each candidate, in order. */
  candidates: readonly string[];
}

const SCOPE_POLICY = 'builtin/key-scope';
const MODELS_POLICY = 'builtin/key-models';

/** One `invoke` decision and one `egress` decision for each candidate. Pure. */
export function decideCall(scope: Scope, question: CallQuestion): CallDecision {
  const attributes = {
    actor: scope.actor.kind,
    kind: question.kind,
    models: scope.actor.models === null ? 'all' : 'listed',
    requested_model: question.requestedModel,
  };
  const base = { version: POLICY_VERSION, attributes };
  if (!holdsPermission(scope.actor, 'models:invoke')) {
    const reason = 'This key does not hold the scope models:invoke.';
    return { ...base, allowed: false, reason, policies: [SCOPE_POLICY], allowedCandidates: [] };
  }
  const allowedCandidates = filterCandidates(scope, question);
  if (allowedCandidates.length === 0) {
    const reason = `This key may not call the model "${question.requestedModel}".`;
    return { ...base, allowed: false, reason, policies: [MODELS_POLICY], allowedCandidates };
  }
  return { ...base, allowed: true, reason: null, policies: [SCOPE_POLICY, MODELS_POLICY], allowedCandidates };
}

/** Whether the key may use a name at all; listings show only such names. */
export function mayUseModel(scope: Scope, name: string, candidates: readonly string[]): boolean {
  return filterCandidates(scope, { requestedModel: name, candidates }).length > 0;
}

/** A key that names the alias may go wherever the alias goes; one that names a candidate only there. */
function filterCandidates(scope: Scope, question: Pick<CallQuestion, 'requestedModel' | 'candidates'>): number[] {
  const { models } = scope.actor;
  const everywhere = models === null || models.has(question.requestedModel);
  return question.candidates.flatMap((candidate, index) => (everywhere || models.has(candidate) ? [index] : []));
}
