/** The receipt of an answer, beside the conversation: what proves it. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { ProblemNote, useFormats } from '#app';
import { Badge, CopyButton, Details, PeekPanel, Section, type Tone } from '#ui';
import { receiptQuery, toFacts, type Receipt } from './facts.ts';

const TONES: Record<Receipt['status'], Tone> = {
  ok: 'ok',
  failed: 'danger',
  denied: 'danger',
  aborted: 'warn',
  assumed: 'info',
};

interface ReceiptPeekProps {
  id: string;
  /** The receipts of the way that is shown. */
  ids: readonly string[];
  /** `undefined` closes. */
  onOpen(id: string | undefined): void;
}

export function ReceiptPeek({ id, ids, onOpen }: ReceiptPeekProps) {
  const t = useTranslations('chat');
  const { data: receipt, error, refetch } = useQuery(receiptQuery(id));
  const [before, after] = [ids[ids.indexOf(id) - 1], ids[ids.indexOf(id) + 1]];
  return (
    <PeekPanel
      title={t('receipt')}
      lead={receipt === undefined ? null : <Badge tone={TONES[receipt.status]}>{receipt.status}</Badge>}
      onClose={() => onOpen(undefined)}
      onPrevious={before === undefined ? undefined : () => onOpen(before)}
      onNext={after === undefined || ids.indexOf(id) === -1 ? undefined : () => onOpen(after)}
    >
      {error === null ? null : <ProblemNote error={error} onRetry={() => void refetch()} />}
      {receipt === undefined ? null : <ReceiptBody receipt={receipt} />}
    </PeekPanel>
  );
}

function ReceiptBody({ receipt }: { receipt: Receipt }) {
  const t = useTranslations('chat');
  const { money, integer, milliseconds, time } = useFormats();
  const { route, failed, costNanos } = toFacts(receipt);
  const { policy, token_usage: usage } = receipt;
  const mono = (text: string) => <span className="font-mono text-xs">{text}</span>;
  return (
    <>
      <Section title={t('peek-call')}>
        <Details
          items={[
            { name: t('peek-id'), value: mono(receipt.id) },
            { name: t('peek-time'), value: time(receipt.created_at) },
            { name: t('model'), value: receipt.requested_model },
            { name: t('peek-route'), value: route ?? '–' },
            ...(failed.length === 0 ? [] : [{ name: t('peek-failed'), value: failed.join(', ') }]),
            { name: t('peek-decision'), value: `${policy.decision} (${policy.policies.join(', ') || '–'})` },
          ]}
        />
      </Section>
      <Section title={t('peek-figures')}>
        <Details
          items={[
            {
              name: t('peek-cost'),
              value: costNanos === null || costNanos === undefined ? t('no-price') : money(costNanos),
            },
            { name: t('peek-prices'), value: receipt.price_version ?? '–' },
            { name: t('peek-input'), value: integer(usage.prompt) },
            { name: t('peek-output'), value: integer(usage.completion) },
            {
              name: t('peek-first'),
              value: receipt.first_byte_ms === null ? '–' : milliseconds(receipt.first_byte_ms),
            },
            { name: t('peek-whole'), value: milliseconds(receipt.latency_ms) },
          ]}
        />
      </Section>
      <Section title={t('peek-proof')} action={<CopyButton compact text={receipt.hash} label={t('copy-hash')} />}>
        <Details
          items={[
            { name: t('peek-hash'), value: mono(receipt.hash) },
            { name: t('peek-previous'), value: mono(receipt.prev_hash) },
          ]}
        />
      </Section>
      <Link to="/prove/receipts" search={{ open: receipt.id }} className="text-accent underline">
        {t('peek-open')}
      </Link>
    </>
  );
}
