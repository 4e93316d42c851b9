/** That the receipt is what was written: its place in the chain, its hash, and a check that trusts nobody. */
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { Button, CopyButton, Details, Icon, Notice, Section } from '#ui';
import { useFormats } from '../formats.ts';
import type { Receipt } from './receipt.ts';
import { verifyReceipt, type Verdict } from './verify-receipt.ts';

export function ProofPart({ receipt }: { receipt: Receipt }) {
  const t = useTranslations('receipts');
  const { integer } = useFormats();
  const check = useMutation({ mutationFn: () => verifyReceipt(receipt) });
  const isFirst = /^0+$/.test(receipt.prev_hash);
  return (
    <Section title={t('proof')}>
      <p className="mb-2 text-sm text-ink-muted">{t('proof-lead')}</p>
      <div className="flex flex-wrap items-center gap-2">
        <Button icon="check" busy={check.isPending} onClick={() => check.mutate()}>
          {t('verify')}
        </Button>
        <CopyButton label={t('copy-command')} text={toCommand(receipt)} />
        <a
          href={receipt.links.self}
          target="_blank"
          rel="noreferrer"
          className="inline-flex min-h-8 items-center gap-1 px-1 text-sm text-accent underline"
        >
          {t('whole-json')}
          <Icon name="external" className="size-3" />
        </a>
      </div>
      <div className="my-2" aria-live="polite">
        {check.data === undefined ? null : <VerdictNote verdict={check.data} />}
      </div>
      <Details
        items={[
          { name: t('seq'), value: integer(receipt.seq) },
          { name: t('writer'), value: <Hash text={receipt.writer_id} /> },
          { name: t('hash'), value: <Hash text={receipt.hash} /> },
          { name: t('prev-hash'), value: isFirst ? t('prev-none') : <Hash text={receipt.prev_hash} /> },
          { name: t('prompt-hash'), value: <Hash text={receipt.prompt_hash} /> },
          ...(receipt.answer_hash === null
            ? []
            : [{ name: t('answer-hash'), value: <Hash text={receipt.answer_hash} /> }]),
        ]}
      />
    </Section>
  );
}

function VerdictNote({ verdict }: { verdict: Verdict }) {
  const t = useTranslations('receipts');
  if (verdict.type === 'unable') {
    return (
      <Notice tone="warn" title={t('verify-unable')}>
        {t('verify-unable-lead')}
      </Notice>
    );
  }
  if (verdict.type === 'match') {
    return (
      <Notice tone="ok" title={t('verify-match')}>
        {t('verify-match-lead')}
      </Notice>
    );
  }
  return (
    <Notice tone="danger" title={t('verify-mismatch')}>
      {t('verify-mismatch-lead', { computed: verdict.computed })}
    </Notice>
  );
}

function Hash({ text }: { text: string }) {
  return <span className="font-mono text-xs break-all">{text}</span>;
}

function toCommand({ links }: Receipt): string {
  return `curl -s ${window.location.origin}${links.self} -H "Authorization: Bearer $REEVE_API_KEY"`;
}
