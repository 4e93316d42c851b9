/** The receipt of an answer, beside the conversation: what proves it. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { ProblemNote, ReceiptLead, WholeReceipt } from '#app';
import { PeekPanel } from '#ui';
import { newReceiptQuery } from './facts.ts';

interface ReceiptPeekProps {
  id: string;
  /** The receipts of the way that is shown. */
  ids: readonly string[];
  /** `undefined` closes. */
  onOpen(id: string | undefined): void;
}

export function ReceiptPeek({ id, ids, onOpen }: ReceiptPeekProps) {
  const t = useTranslations('chat');
  const { data: receipt, error, refetch } = useQuery(newReceiptQuery(id));
  const [before, after] = [ids[ids.indexOf(id) - 1], ids[ids.indexOf(id) + 1]];
  return (
    <PeekPanel
      title={t('receipt')}
      lead={receipt === undefined ? null : <ReceiptLead receipt={receipt} />}
      onClose={() => onOpen(undefined)}
      onPrevious={before === undefined ? undefined : () => onOpen(before)}
      onNext={after === undefined || ids.indexOf(id) === -1 ? undefined : () => onOpen(after)}
    >
      {error === null ? null : <ProblemNote error={error} onRetry={() => void refetch()} />}
      {receipt === undefined ? null : (
        <>
          <WholeReceipt key={id} receipt={receipt} />
          <Link to="/prove/receipts" search={{ open: id }} className="text-accent underline">
            {t('peek-open')}
          </Link>
        </>
      )}
    </PeekPanel>
  );
}
