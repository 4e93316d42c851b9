/** The one chart: lines or bars over time or over names. It is also a table, at the press of a button. */
import { lazy, Suspense, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from './button.tsx';
import { CHART_COLOURS, DASHES, type ChartProps, type ChartSeries } from './chart-shape.ts';

const ChartCanvas = lazy(() => import('./chart-canvas.tsx').then((module) => ({ default: module.ChartCanvas })));

export function Chart(props: ChartProps) {
  const { title, points, series, format, heightPx = 180 } = props;
  const t = useTranslations('ui');
  const [asTable, setAsTable] = useState(false);
  return (
    <figure aria-label={title} className="min-w-0 rounded-md border border-line bg-surface p-3">
      <figcaption className="mb-2 flex items-center justify-between gap-2">
        <span className="text-sm font-semibold">{title}</span>
        <Button look="quiet" icon={asTable ? 'usage' : 'table'} onClick={() => setAsTable(!asTable)}>
          {asTable ? t('show-chart') : t('show-table')}
        </Button>
      </figcaption>
      {asTable ? (
        <div tabIndex={0} role="region" aria-label={title} className="max-h-80 overflow-auto">
          <table className="w-full text-sm">
            <thead>
              <tr className="text-start text-ink-muted">
                <th scope="col" className="px-2 py-1 text-start font-medium">
                  {t('point')}
                </th>
                {series.map(({ label }) => (
                  <th key={label} scope="col" className="px-2 py-1 text-end font-medium">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {points.map(({ label, at }, index) => (
                <tr key={`${at} ${label}`} className="border-t border-line">
                  <th scope="row" className="px-2 py-1 text-start font-normal">
                    {label}
                  </th>
                  {series.map((one) => (
                    <td key={one.label} className="px-2 py-1 text-end">
                      {formatOr(one.values[index], format)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <>
          <div style={{ height: heightPx }}>
            <Suspense fallback={<p className="text-sm text-ink-muted">{t('loading')}</p>}>
              <ChartCanvas {...props} heightPx={heightPx} />
            </Suspense>
          </div>
          <Legend series={series} />
        </>
      )}
    </figure>
  );
}

function Legend({ series }: { series: readonly ChartSeries[] }) {
  if (series.length < 2) return null;
  return (
    <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-muted">
      {series.map(({ label }, index) => (
        <li key={label} className="flex items-center gap-1.5">
          <svg aria-hidden="true" viewBox="0 0 24 8" className="h-2 w-6">
            <line
              x1="0"
              y1="4"
              x2="24"
              y2="4"
              strokeWidth="2.5"
              stroke={`var(--chart-${(index % CHART_COLOURS) + 1})`}
              strokeDasharray={DASHES[index % DASHES.length]?.join(' ')}
            />
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}

function formatOr(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? '–' : format(value);
}
