/** How a call ended, in a word and a sign. */
import { useTranslations } from 'use-intl';
import { Badge, type Tone } from '#ui';
import type { Receipt } from './receipt.ts';

const TONES: Record<Receipt['status'], Tone> = {
  ok: 'ok',
  failed: 'danger',
  denied: 'warn',
  aborted: 'neutral',
  assumed: 'info',
};

export function StatusBadge({ status }: Pick<Receipt, 'status'>) {
  const t = useTranslations('receipts');
  return <Badge tone={TONES[status]}>{t(`status-${status}`)}</Badge>;
}
