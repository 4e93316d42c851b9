/** What the steps learn about one call; the receipt is made of it. */
import type { ReceiptId } from '#kernel';
import type { CallDecision } from '#policy';
import type { AnswerHead } from './calls.ts';
import type { Inspection } from './inspect.ts';

export interface AdmissionFacts {
  receiptId: ReceiptId;
  createdAtMs: number;
}

export type CallFacts = AdmissionFacts & Inspection & { decision: CallDecision };

/** What the answer's headers say. */
export function toAnswerHead(facts: CallFacts, route: string | null, fallback: readonly string[]): AnswerHead {
  const { version, policies } = facts.decision;
  return { receiptId: facts.receiptId, route, policy: `${version}; ${policies.join(', ')}`, fallback };
}
