/** One receipt in full, the same wherever it is opened. */
import { DecisionPart, MoneyPart, OutcomePart, RoutePart, TokensPart } from './receipt-parts.tsx';
import { ProofPart } from './receipt-proof.tsx';
import { TimingPart } from './receipt-timing.tsx';
import type { Receipt } from './receipt.ts';

export function WholeReceipt({ receipt }: { receipt: Receipt }) {
  return (
    <>
      <OutcomePart receipt={receipt} />
      <DecisionPart receipt={receipt} />
      <RoutePart receipt={receipt} />
      <TokensPart receipt={receipt} />
      <MoneyPart receipt={receipt} />
      <TimingPart receipt={receipt} />
      <ProofPart receipt={receipt} />
    </>
  );
}
