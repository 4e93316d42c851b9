/** The names that callers may use, and where each leads. */
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { useFormats } from '#app';
import { Badge, DataTable, Details, EmptyState, PeekLayout, PeekPanel, Section, type Column } from '#ui';
import { OriginNote, OriginTag } from './origin.tsx';
import { SearchField } from './search-field.tsx';
import { fits, usd, type Model, type Price, type SettingsView } from './settings-view.ts';

interface ModelsTabProps {
  view: SettingsView;
  sought: string;
  openId: string | undefined;
  onSeek(sought: string): void;
  onOpen(id: string | null): void;
}

export function ModelsTab({ view, sought, openId, onSeek, onOpen }: ModelsTabProps) {
  const t = useTranslations('settings');
  const all = view.models;
  const models = useMemo(
    () => (all ?? []).filter(({ name, candidates }) => fits(sought, name, ...candidates.map((one) => one.name))),
    [all, sought],
  );
  const columns = useColumns(view.everything);
  const at = models.findIndex(({ name }) => name === openId);
  const open = models[at];
  const showAt = (index: number) => {
    const name = models[index]?.name;
    return name === undefined ? undefined : () => onOpen(name);
  };
  const panel =
    open === undefined ? null : (
      <PeekPanel title={open.name} onClose={() => onOpen(null)} onPrevious={showAt(at - 1)} onNext={showAt(at + 1)}>
        <ModelDetails model={open} prices={view.prices?.rows ?? []} />
      </PeekPanel>
    );
  return (
    <>
      <div className="mb-2">
        <SearchField label={t('find-model')} value={sought} onChange={onSeek} />
      </div>
      <PeekLayout panel={panel}>
        <DataTable
          fill
          label={t('tab-models')}
          columns={columns}
          items={models}
          idOf={({ name }) => name}
          openId={open?.name ?? null}
          onOpen={onOpen}
          empty={
            <EmptyState icon="search" title={t('nothing-found')}>
              {t('no-models-lead')}
            </EmptyState>
          }
        />
      </PeekLayout>
    </>
  );
}

function useColumns(everything: boolean): readonly Column<Model>[] {
  const t = useTranslations('settings');
  const formats = useFormats();
  return useMemo(
    () => [
      { id: 'name', header: t('name'), width: 180, sortBy: ({ name }) => name, cell: ({ name }) => name },
      {
        id: 'candidates',
        header: t('leads-to'),
        width: 300,
        cell: ({ candidates }) => {
          const names = candidates.map(({ name }) => name).join(' → ');
          return <span title={names}>{names}</span>;
        },
      },
      {
        id: 'kind',
        header: t('kind'),
        width: 110,
        sortBy: ({ candidates }) => candidates[0]?.kind ?? '',
        cell: ({ candidates }) => candidates[0]?.kind ?? '–',
      },
      {
        id: 'context',
        header: t('context'),
        width: 120,
        align: 'end',
        sortBy: ({ candidates }) => candidates[0]?.context_tokens ?? 0,
        cell: ({ candidates }) => integerOr(candidates[0]?.context_tokens, formats.integer),
      },
      {
        id: 'origin',
        header: t('origin'),
        width: 160,
        hidden: !everything,
        cell: ({ origin }) => <OriginTag origin={origin} />,
      },
    ],
    [t, formats, everything],
  );
}

function ModelDetails({ model, prices }: { model: Model; prices: readonly Price[] }) {
  const t = useTranslations('settings');
  const formats = useFormats();
  const describePrice = (name: string): string => {
    const found = prices.find((row) => `${row.provider}/${row.model}` === name);
    if (found === undefined) return '–';
    const { input, output } = found.entry;
    return t('price-pair', { input: usd(formats, input), output: usd(formats, output) });
  };
  return (
    <>
      <div className="mb-4">
        <OriginNote origin={model.origin} />
      </div>
      {model.candidates.map((candidate, index) => (
        <Section
          key={candidate.name}
          title={`${index + 1}. ${candidate.name}`}
          action={candidate.priced ? null : <Badge tone="warn">{t('no-price')}</Badge>}
        >
          <Details
            items={[
              { name: t('price'), value: describePrice(candidate.name) },
              { name: t('kind'), value: candidate.kind ?? '–' },
              { name: t('context'), value: integerOr(candidate.context_tokens, formats.integer) },
              { name: t('output-max'), value: integerOr(candidate.max_output_tokens, formats.integer) },
              { name: t('takes'), value: candidate.takes.join(', ') || '–' },
            ]}
          />
        </Section>
      ))}
    </>
  );
}

function integerOr(value: number | null | undefined, say: (value: number) => string): string {
  return value === null || value === undefined ? '–' : say(value);
}
