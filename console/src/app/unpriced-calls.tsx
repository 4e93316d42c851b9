/** Beside a sum of money: the calls that it is without, because nobody knows what they cost. Nothing where there are none. */
import { useTranslations } from 'use-intl';
import { useFormats } from './formats.ts';

export function UnpricedCalls({ count }: { count: number | bigint }) {
  const t = useTranslations('shell');
  const { integer } = useFormats();
  if (Number(count) === 0) return null;
  return <span className="text-ink-muted">{t('unpriced', { count: Number(count), shown: integer(count) })}</span>;
}
