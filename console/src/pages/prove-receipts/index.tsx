import { createLazyRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { FirstCall, ProblemNote, useActors, useFormats, type Actors } from '#app';
import { Button, DataTable, Dialog, EmptyState, Notice, PageFrame, PeekLayout } from '#ui';
import { FilterList } from './filter-list.tsx';
import { countFilters, FiltersInForce } from './filters-in-force.tsx';
import { PageActions, useExport } from './page-actions.tsx';
import { useReceiptColumns } from './receipt-columns.tsx';
import { ReceiptPeek } from './receipt-peek.tsx';
import { useFacets, useReceiptList } from './receipt-queries.ts';
import { useReceiptsView, type ReceiptsView } from './use-receipts-view.ts';

export const route = createLazyRoute('/prove/receipts')({ component: ReceiptsPage });

function ReceiptsPage() {
  const t = useTranslations('receipts');
  const view = useReceiptsView();
  const actors = useActors();
  const facets = useFacets(view.filter);
  const exporting = useExport(view.filter);
  const [filtering, setFiltering] = useState(false);
  const filters = countFilters(view.asked);
  const peeking = view.openId !== null;
  return (
    <PageFrame title={t('title')} lead={t('lead')} actions={<PageActions view={view} exporting={exporting} />}>
      {exporting.error === null ? null : <ProblemNote error={exporting.error} />}
      <div className="flex min-h-0 min-w-0 flex-1 gap-3">
        <aside
          aria-label={t('filters')}
          // Beside an open receipt there is room for the list alone; its filters are behind the button then.
          className={`hidden w-52 shrink-0 overflow-auto pe-1 pb-4 ${peeking ? '2xl:block' : 'lg:block'}`}
        >
          <FilterList view={view} facets={facets} actors={actors} />
        </aside>
        <div className="flex min-h-0 min-w-0 flex-1 flex-col gap-2">
          <div className="flex flex-wrap items-center gap-2">
            <Button icon="filter" className={peeking ? '2xl:hidden' : 'lg:hidden'} onClick={() => setFiltering(true)}>
              {filters === 0 ? t('filters') : t('filters-count', { count: filters })}
            </Button>
            <FiltersInForce view={view} actors={actors} />
            <Counted counts={facets.data} />
          </div>
          <ReceiptList key={JSON.stringify([view.filter, view.order])} view={view} actors={actors} />
        </div>
      </div>
      <Dialog
        open={filtering}
        onClose={() => setFiltering(false)}
        title={t('filters')}
        foot={
          <Button look="primary" onClick={() => setFiltering(false)}>
            {t('show-list')}
          </Button>
        }
      >
        <FilterList view={view} facets={facets} actors={actors} />
      </Dialog>
    </PageFrame>
  );
}

function Counted({ counts }: { counts: ReturnType<typeof useFacets>['data'] }) {
  const t = useTranslations('receipts');
  const { integer } = useFormats();
  if (counts === undefined) return null;
  const figures = { matched: integer(counts.matched), examined: integer(counts.examined) };
  return (
    <p role="status" className="ms-auto text-xs text-ink-muted">
      {t(counts.truncated ? 'counted-newest' : 'counted', figures)}
    </p>
  );
}

function ReceiptList({ view, actors }: { view: ReceiptsView; actors: Actors }) {
  const t = useTranslations('receipts');
  const { openId, open } = view;
  const list = useReceiptList(view.filter, view.order);
  const columns = useReceiptColumns(actors, openId !== null);
  const panel = openId === null ? null : <ReceiptPeek id={openId} items={list.items} view={view} />;
  return (
    <PeekLayout panel={panel}>
      {list.error === null ? null : <ProblemNote error={list.error} onRetry={list.retry} />}
      <DataTable
        fill
        label={t('title')}
        columns={columns}
        items={list.items}
        idOf={({ id }) => id}
        openId={openId}
        onOpen={open}
        loading={list.loading}
        hasMore={list.hasMore}
        onMore={list.more}
        empty={list.error === null && !list.paused ? <Nothing view={view} /> : null}
      />
      {list.paused ? (
        <div className="pt-2">
          <Notice tone="info" action={<Button onClick={list.lookFurther}>{t('look-further')}</Button>}>
            {t('look-further-lead')}
          </Notice>
        </div>
      ) : null}
    </PeekLayout>
  );
}

function Nothing({ view }: { view: ReceiptsView }) {
  const t = useTranslations('receipts');
  if (Object.keys(view.asked).length > 0) {
    return (
      <EmptyState
        icon="filter"
        title={t('nothing-title')}
        action={<Button onClick={view.clear}>{t('clear-filters')}</Button>}
      >
        {t('nothing-lead')}
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="receipt" title={t('empty-title')}>
      <p className="mb-3">{t('empty-lead')}</p>
      <FirstCall label={t('empty-call')} />
    </EmptyState>
  );
}
