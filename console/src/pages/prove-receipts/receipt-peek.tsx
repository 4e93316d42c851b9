/** One receipt in full. */
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { ProblemNote, ReceiptLead, receiptQuery, WholeReceipt, type Receipt } from '#app';
import { CopyButton, PeekPanel } from '#ui';
import type { ReceiptsView } from './use-receipts-view.ts';

interface ReceiptPeekProps {
  id: string;
  items: readonly Receipt[];
  view: ReceiptsView;
}

export function ReceiptPeek({ id, items, view }: ReceiptPeekProps) {
  const t = useTranslations('receipts');
  const at = items.findIndex((one) => one.id === id);
  const listed = items[at];
  const asked = useQuery({ ...receiptQuery(id), enabled: listed === undefined });
  const receipt = listed ?? asked.data;
  const stepTo = (place: number): (() => void) | undefined => {
    const to = at < 0 ? undefined : items[place];
    return to === undefined ? undefined : () => view.open(to.id);
  };
  return (
    <PeekPanel
      title={id}
      lead={receipt === undefined ? null : <ReceiptLead receipt={receipt} />}
      actions={<CopyButton compact text={id} label={t('copy-id')} />}
      onClose={() => view.open(null)}
      onPrevious={stepTo(at - 1)}
      onNext={stepTo(at + 1)}
    >
      {asked.error === null || receipt !== undefined ? null : (
        <ProblemNote error={asked.error} onRetry={() => void asked.refetch()} />
      )}
      {receipt === undefined ? null : <WholeReceipt key={id} receipt={receipt} />}
    </PeekPanel>
  );
}
