/** Each model's calls of the last five minutes. */
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { useFormats } from '#app';
import { DataTable, EmptyState, Panel, type Column } from '#ui';
import type { LiveReport } from './use-live.ts';

type ModelRow = NonNullable<LiveReport['traffic']>['models'][number];

export function ModelTable({ models }: { models: readonly ModelRow[] }) {
  const t = useTranslations('live');
  const columns = useColumns();
  return (
    <Panel title={t('models')} actions={<p className="text-xs text-ink-muted">{t('last-five-minutes')}</p>}>
      <DataTable
        label={t('models-table')}
        columns={columns}
        items={models}
        idOf={({ provider, model }) => `${provider}/${model}`}
        empty={
          <EmptyState icon="live" title={t('no-traffic')}>
            {t('no-traffic-lead')}
          </EmptyState>
        }
      />
    </Panel>
  );
}

function useColumns(): readonly Column<ModelRow>[] {
  const t = useTranslations('live');
  const formats = useFormats();
  return useMemo(() => {
    const figure = (
      id: string,
      header: string,
      read: (row: ModelRow) => number | null,
      say: (value: number) => string,
    ) => ({
      id,
      header,
      align: 'end' as const,
      width: 110,
      sortBy: (row: ModelRow) => read(row) ?? -1,
      cell: (row: ModelRow) => {
        const value = read(row);
        return value === null ? '–' : say(value);
      },
    });
    return [
      {
        id: 'model',
        header: t('model'),
        width: 220,
        sortBy: ({ provider, model }) => `${provider}/${model}`,
        cell: ({ provider, model }) => (
          <>
            <span className="text-ink-muted">{provider}/</span>
            {model}
          </>
        ),
      },
      figure('requests', t('requests'), (row) => row.requests, formats.integer),
      figure('errors', t('error-share'), (row) => row.errors / row.requests, formats.percent),
      figure('p50', 'p50', (row) => row.p50_ms, formats.milliseconds),
      figure('p95', 'p95', (row) => row.p95_ms, formats.milliseconds),
      figure('p99', 'p99', (row) => row.p99_ms, formats.milliseconds),
      figure('in', t('tokens-in'), (row) => row.input_tokens, formats.integer),
      figure('out', t('tokens-out'), (row) => row.output_tokens, formats.integer),
    ];
  }, [t, formats]);
}
