/** The door of policy: may this call be made, and where may it go. */
export type { CallDecision, CallQuestion } from './decide-call.ts';
export { decideCall, mayUseModel, POLICY_VERSION } from './decide-call.ts';
