/** A call past admission: what the steps share, and what they learned. */
import type { Usage } from '@reeve/contracts';
import type { ReceiptId } from '#kernel';
import type { CallDecision } from '#policy';
import type { RunResult } from '#routing';
import type { AnswerHead, CallPath, CallRequest } from './calls.ts';
import type { Inspection } from './inspect.ts';
import type { Timeline } from './timeline.ts';

export interface AdmissionFacts {
  receiptId: ReceiptId;
  /** RFC 3339, UTC, ms. */
  createdAt: string;
}

/** The receipt is made of these. */
export type CallFacts = AdmissionFacts & Inspection & { decision: CallDecision };

export interface OpenCall {
  path: CallPath;
  request: CallRequest;
  facts: CallFacts;
  timeline: Timeline;
  /** Its receipt was handed to the log: nobody may hand in another. */
  settling: boolean;
  /** What the answer has used so far; `null` before there is one. */
  spent: Readonly<Spent> | null;
}

export interface Spent {
  run: Exclude<RunResult, { type: 'failed' }>;
  usage: Usage;
  bytesOut: number;
}

/** What the answer's headers say. */
export function toAnswerHead(facts: CallFacts, route: string | null, fallback: readonly string[]): AnswerHead {
  const { version, policies } = facts.decision;
  return { receiptId: facts.receiptId, route, policy: `${version}; ${policies.join(', ')}`, fallback };
}
