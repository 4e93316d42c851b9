/** What can be done with the listing as a whole: the time it covers, its order, views, export. */
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { call } from '#api';
import { SavedViews, saveFile, useFormats } from '#app';
import { Button, IconButton, Menu, RangePicker, showToast } from '#ui';
import { SPAN_NAMES, type ReceiptFilter } from './search.ts';
import type { ReceiptsView } from './use-receipts-view.ts';

type Format = 'csv' | 'jsonl';

/** An export that the server would refuse is refused here, in words and not as a broken file. */
export function useExport(filter: ReceiptFilter) {
  const t = useTranslations('receipts');
  return useMutation({
    mutationFn: async (format: Format) => {
      await call('GET /api/v1/receipts', { query: { ...filter, limit: '1' } });
      saveFile('/api/v1/receipts/export', { ...filter, format });
    },
    onSuccess: () => showToast(t('export-started')),
  });
}

export function PageActions({ view, exporting }: { view: ReceiptsView; exporting: ReturnType<typeof useExport> }) {
  const t = useTranslations('receipts');
  const { order, turnOrder, refresh } = view;
  return (
    <>
      <TimeRange view={view} />
      <Button icon={order === 'newest' ? 'down' : 'up'} onClick={turnOrder}>
        {t(`order-${order}`)}
      </Button>
      <SavedViews />
      <Menu
        trigger={
          <Button icon="download" busy={exporting.isPending}>
            {t('export')}
          </Button>
        }
        items={(['csv', 'jsonl'] as const).map((format) => ({
          id: format,
          label: t(`export-${format}`),
          icon: format === 'csv' ? 'table' : 'receipt',
          onSelect: () => exporting.mutate(format),
        }))}
      />
      <IconButton icon="refresh" label={t('refresh')} look="plain" onClick={refresh} />
    </>
  );
}

function TimeRange({ view: { asked, narrow } }: { view: ReceiptsView }) {
  const t = useTranslations('receipts');
  const shown = useSpanInWords(asked);
  const free = asked.span === undefined && (asked.from !== undefined || asked.to !== undefined);
  const choose = (value: string): void =>
    narrow({ span: SPAN_NAMES.find((name) => name === value), from: undefined, to: undefined });
  return (
    <RangePicker
      label={t('time')}
      shown={shown}
      presets={[
        { value: 'any', label: t('span-any') },
        ...SPAN_NAMES.map((value) => ({ value, label: t(`span-${value}`) })),
      ]}
      preset={free ? null : (asked.span ?? 'any')}
      kind="datetime-local"
      from={toLocal(asked.from)}
      to={toLocal(asked.to)}
      hint={t('span-hint')}
      onPreset={choose}
      onSpan={({ from, to }) => narrow({ span: undefined, from: toUtc(from), to: toUtc(to) })}
    />
  );
}

export function useSpanInWords({ span, from, to }: ReceiptsView['asked']): string {
  const t = useTranslations('receipts');
  const { moment } = useFormats();
  const say = (at: string): string => (Number.isNaN(Date.parse(at)) ? at : moment(at));
  if (span !== undefined) return t(`span-${span}`);
  if (from !== undefined && to !== undefined) return t('span-between', { from: say(from), to: say(to) });
  if (from !== undefined) return t('span-since', { from: say(from) });
  return to === undefined ? t('span-any') : t('span-until', { to: say(to) });
}

/** As `datetime-local` writes it, in this browser's time zone. */
function toLocal(at: string | undefined): string {
  const date = new Date(at ?? '');
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function toUtc(local: string): string | undefined {
  return local === '' ? undefined : new Date(local).toISOString();
}
