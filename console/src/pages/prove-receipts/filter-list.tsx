/** The filters of the page, with how often each value stands in what was looked at. */
import { useTranslations } from 'use-intl';
import { ProblemNote, useFormats, type Actors } from '#app';
import { FacetGroup, type FacetValue } from '#ui';
import { FigureFilters } from './figure-filters.tsx';
import type { useFacets } from './receipt-queries.ts';
import { STATUSES } from './search.ts';
import type { ReceiptsView } from './use-receipts-view.ts';

type Facets = NonNullable<ReturnType<typeof useFacets>['data']>['facets'];
interface FilterListProps {
  view: ReceiptsView;
  facets: ReturnType<typeof useFacets>;
  actors: Actors;
}

export function FilterList({ view, facets, actors }: FilterListProps) {
  const t = useTranslations('receipts');
  const { integer } = useFormats();
  const { asked, narrow } = view;
  const counts = facets.data?.facets;
  const valuesOf = (facet: keyof Facets, labelOf?: (value: string) => string): FacetValue[] =>
    (counts?.[facet] ?? []).flatMap(({ value, count }) =>
      value === null ? [] : [{ value, count: integer(count), ...(labelOf && { label: labelOf(value) }) }],
    );
  return (
    <div className="flex min-w-0 flex-col gap-4">
      {facets.error === null ? null : <ProblemNote error={facets.error} onRetry={() => void facets.refetch()} />}
      <FacetGroup
        title={t('status')}
        values={valuesOf('status', (value) => t(`status-${statusOf(value)}`))}
        selected={asked.status}
        onSelect={(value) => narrow({ status: value === undefined ? undefined : statusOf(value) })}
      />
      <FacetGroup
        title={t('decision')}
        values={valuesOf('decision', (value) => t(value === 'deny' ? 'decision-deny' : 'decision-allow'))}
        selected={asked.decision}
        onSelect={(value) =>
          narrow({ decision: value === undefined ? undefined : value === 'deny' ? 'deny' : 'allow' })
        }
      />
      <FacetGroup
        title={t('model')}
        values={valuesOf('model')}
        selected={asked.model}
        onSelect={(model) => narrow({ model })}
      />
      <FacetGroup
        title={t('provider')}
        values={providersOf(counts).map((value) => ({ value }))}
        selected={asked.provider}
        onSelect={(provider) => narrow({ provider })}
      />
      <FacetGroup
        title={t('key_id')}
        values={valuesOf('key_id', actors.shortNameOf)}
        selected={asked.key_id}
        onSelect={(key) => narrow({ key_id: key })}
      />
      <FacetGroup
        title={t('surface')}
        values={valuesOf('surface')}
        selected={asked.surface}
        onSelect={(surface) => narrow({ surface })}
      />
      <Flag name="stream" view={view} />
      <Flag name="fallback" view={view} />
      <FigureFilters view={view} />
      <CountedSince counts={facets.data} />
    </div>
  );
}

/** Counts are of the newest receipts only, where there are many. */
function CountedSince({ counts }: { counts: FilterListProps['facets']['data'] }) {
  const t = useTranslations('receipts');
  const { integer, moment } = useFormats();
  if (counts === undefined || !counts.truncated || counts.since === null) return null;
  return (
    <p className="px-2 text-xs text-ink-muted">
      {t('counts-since', { examined: integer(counts.examined), since: moment(counts.since) })}
    </p>
  );
}

function Flag({ name, view: { asked, narrow } }: { name: 'stream' | 'fallback'; view: ReceiptsView }) {
  const t = useTranslations('receipts');
  const set = (value: string | undefined): void =>
    narrow({ [name]: value === undefined ? undefined : value === 'true' ? 'true' : 'false' });
  return (
    <FacetGroup
      inline
      title={t(name)}
      values={[
        { value: 'true', label: t('yes') },
        { value: 'false', label: t('no') },
      ]}
      selected={asked[name]}
      onSelect={set}
    />
  );
}

const statusOf = (value: string) => STATUSES.find((status) => status === value) ?? 'ok';

/** Of the models that are counted; which of them a provider has is not filtered by the provider itself. */
function providersOf(counts: Facets | undefined): string[] {
  const names = (counts?.model ?? []).map(({ value }) => value?.split('/', 1)[0] ?? '');
  return [...new Set(names)].filter((name) => name !== '');
}
