/** The last quarter of an hour, drawn; behind each chart stands its table. */
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { useFormats } from '#app';
import { Chart } from '#ui';
import type { LiveReport } from './use-live.ts';

type Traffic = NonNullable<LiveReport['traffic']>;

export function TrafficCharts({ traffic }: { traffic: Traffic }) {
  const t = useTranslations('live');
  const formats = useFormats();
  const { steps, step_ms: stepMs, first_step_at: firstStepAt } = traffic;
  const points = useMemo(() => {
    const firstMs = Date.parse(firstStepAt);
    // The newest step still runs: drawn, it would look like a fall.
    return steps.requests.slice(0, -1).map((_count, index) => {
      const atMs = firstMs + index * stepMs;
      return { at: Math.round(atMs / 1_000), label: formats.clock(atMs) };
    });
  }, [steps, stepMs, firstStepAt, formats]);
  const perSecond = (values: readonly number[]): number[] => values.map((value) => (value * 1_000) / stepMs);
  return (
    <div className="grid items-start gap-3 md:grid-cols-2 md:*:last:col-span-2 xl:grid-cols-3 xl:*:last:col-span-1">
      <Chart
        title={t('chart-requests')}
        points={points}
        format={formats.decimal}
        series={[
          { label: t('requests'), values: perSecond(steps.requests) },
          { label: t('errors'), values: perSecond(steps.errors) },
        ]}
      />
      <Chart
        title={t('chart-latency')}
        points={points}
        format={formats.milliseconds}
        series={[
          { label: 'p50', values: steps.p50_ms },
          { label: 'p95', values: steps.p95_ms },
          { label: 'p99', values: steps.p99_ms },
        ]}
      />
      <Chart
        title={t('chart-tokens')}
        points={points}
        format={formats.decimal}
        series={[
          { label: t('tokens-in'), values: perSecond(steps.input_tokens) },
          { label: t('tokens-out'), values: perSecond(steps.output_tokens) },
        ]}
      />
    </div>
  );
}
