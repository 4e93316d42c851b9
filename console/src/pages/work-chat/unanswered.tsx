/** A question without an answer: it was refused, given up, or its window was closed. Its receipt, where known, says why. */
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { holds, StatusBadge, useMe } from '#app';
import { Button, Notice } from '#ui';
import { newReceiptQuery } from './facts.ts';
import { receiptOfFailure } from './failures.ts';
import { ReceiptButton } from './receipt-button.tsx';
import type { Chat } from './use-chat.ts';

export function Unanswered({ chat, questionId }: { chat: Chat; questionId: string }) {
  const t = useTranslations('chat');
  const mayRead = holds(useMe(), 'receipts:read');
  const id = receiptOfFailure(questionId);
  const { data: receipt } = useQuery({ ...newReceiptQuery(id ?? ''), enabled: id !== null && mayRead });
  return (
    <div className="flex flex-col items-start gap-1 [&>:first-child]:self-stretch">
      <Notice
        tone="neutral"
        title={t('unanswered')}
        action={
          <Button disabled={chat.busy} onClick={() => chat.retry(questionId)}>
            {t('ask-again')}
          </Button>
        }
      >
        {receipt === undefined ? (
          t('unanswered-lead')
        ) : (
          <p className="flex flex-wrap items-center gap-2 text-xs">
            <StatusBadge status={receipt.status} />
            <bdi className="font-mono">{receipt.requested_model}</bdi>
            <span className="font-mono">{receipt.error_code}</span>
          </p>
        )}
      </Notice>
      <ReceiptButton id={id} onOpen={(one) => chat.show({ receipt: one })} />
    </div>
  );
}
