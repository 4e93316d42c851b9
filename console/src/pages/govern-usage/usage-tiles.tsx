/** The exact totals; each opens its days in the chart. */
import { useTranslations } from 'use-intl';
import { useFormats } from '#app';
import { Tile } from '#ui';
import { MEASURES, type Measure } from './search.ts';
import type { Sums } from './usage-queries.ts';

export function UsageTiles({
  total,
  measure,
  onMeasure,
}: {
  total: Sums;
  measure: Measure;
  onMeasure(measure: Measure): void;
}) {
  const t = useTranslations('usage');
  const { integer, money } = useFormats();
  const requests = BigInt(total.requests);
  const each = (sum: number | bigint): bigint => (requests === 0n ? 0n : BigInt(sum) / requests);
  return (
    <div role="group" aria-label={t('totals')} className="flex flex-wrap gap-3">
      {MEASURES.map((one) => (
        <Tile
          key={one}
          label={t(one)}
          value={one === 'cost_nanos' ? money(total[one]) : integer(total[one])}
          note={
            one === 'requests'
              ? t('every-status')
              : t('each', { figure: one === 'cost_nanos' ? money(each(total[one])) : integer(each(total[one])) })
          }
          pressed={one === measure}
          onPress={() => onMeasure(one)}
        />
      ))}
    </div>
  );
}
