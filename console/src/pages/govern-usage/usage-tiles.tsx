/** The exact totals; each opens its days in the chart. */
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { UnpricedCalls, useFormats } from '#app';
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
  const noteOf = (one: Measure): ReactNode => {
    if (one === 'requests') return t('every-status');
    if (one === 'cost_nanos' && BigInt(total.unpriced) > 0n) return <UnpricedCalls count={total.unpriced} />;
    const each = requests === 0n ? 0n : BigInt(total[one]) / requests;
    return t('each', { figure: one === 'cost_nanos' ? money(each) : integer(each) });
  };
  return (
    <div role="group" aria-label={t('totals')} className="flex flex-wrap gap-3">
      {MEASURES.map((one) => (
        <Tile
          key={one}
          label={t(one)}
          value={one === 'cost_nanos' ? money(total[one]) : integer(total[one])}
          note={noteOf(one)}
          pressed={one === measure}
          onPress={() => onMeasure(one)}
        />
      ))}
    </div>
  );
}
