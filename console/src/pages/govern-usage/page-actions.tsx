/** Which days, saved views, and the rows as a file. */
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { call } from '#api';
import { SavedViews, saveFile, useFormats } from '#app';
import { Button, Menu, RangePicker, showToast } from '#ui';
import { SPAN_NAMES, spanOf, type ChangeUsage, type Question, type UsageSearch } from './search.ts';

const EXPORTS = ['day', 'model', 'key', 'tag', 'row'] as const;
type ExportGroup = (typeof EXPORTS)[number];

/** What the server would refuse is refused here, in words and not as a broken file. */
export function useExport(question: Question) {
  const t = useTranslations('usage');
  return useMutation({
    mutationFn: async (by: ExportGroup) => {
      const query = by === 'row' ? question : { ...question, group_by: by };
      await call('GET /api/v1/usage', { query: { ...query, limit: '1' } });
      saveFile('/api/v1/usage/export', query);
    },
    onSuccess: () => showToast(t('export-started')),
  });
}

interface PageActionsProps {
  search: UsageSearch;
  onChange: ChangeUsage;
  exporting: ReturnType<typeof useExport>;
}

export function PageActions({ search, onChange, exporting }: PageActionsProps) {
  const t = useTranslations('usage');
  const { day } = useFormats();
  const span = spanOf(search);
  const { from = '', to = '' } = search;
  const between = { from: from === '' ? '…' : day(from), to: to === '' ? '…' : day(to) };
  return (
    <>
      <RangePicker
        label={t('days')}
        shown={span === null ? t('span-between', between) : t(`span-${span}`)}
        presets={SPAN_NAMES.map((value) => ({ value, label: t(`span-${value}`) }))}
        preset={span}
        kind="date"
        from={from}
        to={to}
        hint={t('days-hint')}
        onPreset={(value) =>
          onChange({ span: SPAN_NAMES.find((name) => name === value), from: undefined, to: undefined })
        }
        onSpan={(own) => onChange({ span: undefined, from: own.from || undefined, to: own.to || undefined })}
      />
      <SavedViews />
      <Menu
        trigger={
          <Button icon="download" busy={exporting.isPending}>
            {t('export')}
          </Button>
        }
        items={EXPORTS.map((by) => ({
          id: by,
          label: t(`export-${by}`),
          icon: 'table',
          onSelect: () => exporting.mutate(by),
        }))}
      />
    </>
  );
}
