/** One receipt in full. */
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { ProblemNote, useFormats, type Actors } from '#app';
import { CopyButton, PeekPanel } from '#ui';
import { DecisionPart, MoneyPart, OutcomePart, RoutePart, TokensPart } from './receipt-parts.tsx';
import { ProofPart } from './receipt-proof.tsx';
import { receiptQuery } from './receipt-queries.ts';
import { TimingPart } from './receipt-timing.tsx';
import type { Receipt } from './search.ts';
import { StatusBadge } from './status-badge.tsx';
import type { ReceiptsView } from './use-receipts-view.ts';

interface ReceiptPeekProps {
  id: string;
  items: readonly Receipt[];
  view: ReceiptsView;
  actors: Actors;
}

export function ReceiptPeek({ id, items, view, actors }: ReceiptPeekProps) {
  const t = useTranslations('receipts');
  const { time } = useFormats();
  const at = items.findIndex((one) => one.id === id);
  const listed = items[at];
  const asked = useQuery({ ...receiptQuery(id), enabled: listed === undefined });
  const receipt = listed ?? asked.data;
  const stepTo = (place: number): (() => void) | undefined => {
    const to = at < 0 ? undefined : items[place];
    return to === undefined ? undefined : () => view.open(to.id);
  };
  const lead =
    receipt === undefined ? null : (
      <p className="flex flex-wrap items-center gap-2 text-xs text-ink-muted">
        <StatusBadge status={receipt.status} />
        <time dateTime={receipt.created_at}>{time(receipt.created_at)}</time>
      </p>
    );
  return (
    <PeekPanel
      title={id}
      lead={lead}
      actions={<CopyButton compact text={id} label={t('copy-id')} />}
      onClose={() => view.open(null)}
      onPrevious={stepTo(at - 1)}
      onNext={stepTo(at + 1)}
    >
      {asked.error === null || receipt !== undefined ? null : (
        <ProblemNote error={asked.error} onRetry={() => void asked.refetch()} />
      )}
      {receipt === undefined ? null : <Whole key={id} receipt={receipt} view={view} actors={actors} />}
    </PeekPanel>
  );
}

function Whole({ receipt, view, actors }: { receipt: Receipt; view: ReceiptsView; actors: Actors }) {
  return (
    <>
      <OutcomePart receipt={receipt} view={view} actors={actors} />
      <DecisionPart receipt={receipt} />
      <RoutePart receipt={receipt} />
      <TokensPart receipt={receipt} />
      <MoneyPart receipt={receipt} />
      <TimingPart receipt={receipt} />
      <ProofPart receipt={receipt} />
    </>
  );
}
