/** What each model costs, in USD per million tokens, and which list says so. */
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { useFormats } from '#app';
import { DataTable, EmptyState, type Column } from '#ui';
import { OriginTag } from './origin.tsx';
import { SearchField } from './search-field.tsx';
import { fits, usd, type Price, type SettingsView } from './settings-view.ts';

interface PricesTabProps {
  view: SettingsView;
  sought: string;
  onSeek(sought: string): void;
}

export function PricesTab({ view, sought, onSeek }: PricesTabProps) {
  const t = useTranslations('settings');
  const all = view.prices?.rows;
  const rows = useMemo(
    () => (all ?? []).filter(({ provider, model }) => fits(sought, `${provider}/${model}`)),
    [all, sought],
  );
  const columns = useColumns(view.everything);
  return (
    <>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <SearchField label={t('find-price')} value={sought} onChange={onSeek} />
        <p className="text-xs text-ink-muted">
          {t('price-list', { count: rows.length, version: view.prices?.version ?? '' })}
        </p>
      </div>
      <DataTable
        fill
        label={t('tab-prices')}
        columns={columns}
        items={rows}
        idOf={({ provider, model }) => `${provider}/${model}`}
        empty={
          all?.length === 0 ? (
            <EmptyState icon="settings" title={t('no-prices')}>
              {t('no-providers-lead')}
            </EmptyState>
          ) : (
            <EmptyState icon="search" title={t('nothing-found')}>
              {t('no-prices-lead')}
            </EmptyState>
          )
        }
      />
    </>
  );
}

function useColumns(everything: boolean): readonly Column<Price>[] {
  const t = useTranslations('settings');
  const formats = useFormats();
  return useMemo(() => {
    const price = (id: string, header: string, read: (entry: Price['entry']) => number | undefined): Column<Price> => ({
      id,
      header,
      width: 120,
      align: 'end',
      sortBy: ({ entry }) => read(entry) ?? -1,
      cell: ({ entry }) => {
        const value = read(entry);
        return value === undefined ? '–' : usd(formats, value);
      },
    });
    return [
      {
        id: 'model',
        header: t('model'),
        width: 260,
        sortBy: ({ provider, model }) => `${provider}/${model}`,
        cell: ({ provider, model }) => (
          <span title={`${provider}/${model}`}>
            <span className="text-ink-muted">{provider}/</span>
            {model}
          </span>
        ),
      },
      price('input', t('input'), ({ input }) => input),
      price('output', t('output'), ({ output }) => output),
      price('cached', t('cached'), ({ cached_input: cached }) => cached),
      price('write', t('cache-write'), ({ cache_write: write }) => write),
      price('search', t('per-searches'), ({ search }) => search),
      {
        id: 'origin',
        header: t('origin'),
        width: 150,
        hidden: !everything,
        cell: ({ origin }) => <OriginTag origin={origin} />,
      },
    ];
  }, [t, formats, everything]);
}
