import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { serverNow } from '#api';
import { dropAbsent, FirstCall, ProblemNote, useActors } from '#app';
import { Button, EmptyState, FilterChips, PageFrame, Panel, Tabs } from '#ui';
import { PageActions, useExport } from './page-actions.tsx';
import { GROUPS, toQuestion, type ChangeUsage, type Question, type UsageSearch } from './search.ts';
import { UsageChart } from './usage-chart.tsx';
import { useUsage } from './usage-queries.ts';
import { UsageTable } from './usage-table.tsx';
import { UsageTiles } from './usage-tiles.tsx';

export const route = createLazyRoute('/govern/usage')({ component: UsagePage });
const page = getRouteApi('/govern/usage');

function UsagePage() {
  const t = useTranslations('usage');
  const search = page.useSearch();
  const navigate = page.useNavigate();
  const shape = JSON.stringify(search);
  const question = useMemo(() => toQuestion(JSON.parse(shape) as UsageSearch, serverNow()), [shape]);
  const change: ChangeUsage = useCallback(
    (next) => void navigate({ search: (before) => dropAbsent({ ...before, ...next }) }),
    [navigate],
  );
  const exporting = useExport(question);
  return (
    <PageFrame
      title={t('title')}
      lead={t('lead')}
      actions={<PageActions search={search} onChange={change} exporting={exporting} />}
    >
      {exporting.error === null ? null : <ProblemNote error={exporting.error} />}
      <FiltersInForce search={search} onChange={change} />
      <Figures search={search} question={question} onChange={change} />
    </PageFrame>
  );
}

interface FiguresProps {
  search: UsageSearch;
  question: Question;
  onChange: ChangeUsage;
}

function Figures({ search, question, onChange }: FiguresProps) {
  const t = useTranslations('usage');
  const { data, error, refetch } = useUsage('day', question);
  const { measure = 'cost_nanos', by = 'model' } = search;
  if (data !== undefined && BigInt(data.total.requests) === 0n) return <Nothing search={search} onChange={onChange} />;
  return (
    <>
      {error === null ? null : <ProblemNote error={error} onRetry={() => void refetch()} />}
      {data === undefined ? null : (
        <>
          <UsageTiles
            total={data.total}
            measure={measure}
            onMeasure={(next) => onChange({ measure: next === 'cost_nanos' ? undefined : next })}
          />
          <UsageChart rows={data.rows} question={question} measure={measure} />
        </>
      )}
      <Panel title={t('shares')}>
        <Tabs
          label={t('shares')}
          value={by}
          onChange={(value) => onChange({ by: GROUPS.find((group) => group === value && group !== 'model') })}
          tabs={GROUPS.map((group) => ({
            value: group,
            label: t(`tab-${group}`),
            content: <UsageTable by={group} question={question} onNarrow={onChange} />,
          }))}
        />
      </Panel>
    </>
  );
}

const FILTERS = ['model', 'key_id', 'tag'] as const;

function FiltersInForce({ search, onChange }: { search: UsageSearch; onChange: ChangeUsage }) {
  const t = useTranslations('usage');
  const actors = useActors();
  const chips = FILTERS.flatMap((name) => {
    const value = search[name];
    if (value === undefined) return [];
    const words = name === 'key_id' ? actors.nameOf(value) : value;
    return [{ id: name, name: t(name), value: words, onRemove: () => onChange({ [name]: undefined }) }];
  });
  return (
    <FilterChips chips={chips} onClear={() => onChange({ model: undefined, key_id: undefined, tag: undefined })} />
  );
}

function Nothing({ search, onChange }: { search: UsageSearch; onChange: ChangeUsage }) {
  const t = useTranslations('usage');
  const widest = search.span === 'all' && FILTERS.every((name) => search[name] === undefined);
  const showAll = (): void =>
    onChange({ span: 'all', from: undefined, to: undefined, model: undefined, key_id: undefined, tag: undefined });
  return (
    <EmptyState
      icon="usage"
      title={t('empty-title')}
      action={widest ? undefined : <Button onClick={showAll}>{t('show-all')}</Button>}
    >
      <p className="mb-3">{t('empty-lead')}</p>
      <FirstCall label={t('empty-call')} />
    </EmptyState>
  );
}
