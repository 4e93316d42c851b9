/** One measure, day by day; days without calls stand as zero. */
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { serverNow } from '#api';
import { useFormats } from '#app';
import { Chart } from '#ui';
import { addDays, dayOf, listDays, type Measure, type Question } from './search.ts';
import type { UsageRow } from './usage-queries.ts';

/** A longer row of bars cannot be told apart. */
const BARS_MAX = 120;

export function UsageChart({
  rows,
  question,
  measure,
}: {
  rows: readonly UsageRow[];
  question: Question;
  measure: Measure;
}) {
  const t = useTranslations('usage');
  const { day, integer, money } = useFormats();
  const days = useMemo(() => daysOf(rows, question), [rows, question]);
  const values = useMemo(() => {
    const found = new Map(rows.map((row) => [row.day, Number(row[measure])]));
    return days.map((one) => found.get(one) ?? 0);
  }, [rows, days, measure]);
  return (
    <Chart
      title={t('by-day', { measure: t(measure) })}
      kind={days.length > BARS_MAX ? 'line' : 'bar'}
      heightPx={200}
      points={days.map((one) => ({ label: day(one), at: Date.parse(one) / 1_000 }))}
      series={[{ label: t(measure), values }]}
      format={(value) => (measure === 'cost_nanos' ? money(BigInt(Math.round(value))) : integer(value))}
    />
  );
}

function daysOf(rows: readonly UsageRow[], { from, to }: Question): string[] {
  const today = dayOf(serverNow());
  const first = from ?? rows[0]?.day ?? today;
  const last = to === undefined ? today : addDays(to, -1);
  return listDays(first, last < first ? first : last);
}
