/** Govern → Keys: what programs call Reeve with. */
import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { ProblemNote, SavedViews, useFormats } from '#app';
import { Button, DataTable, EmptyState, ListFilters, PageFrame, PeekLayout, useShortcuts } from '#ui';
import { CreateKey } from './create-key.tsx';
import { useKeyColumns } from './key-columns.tsx';
import { KeyPanel } from './key-panel.tsx';
import type { KeysSearch } from './search.ts';
import { isOver, leftBehind, useKey, useKeys, useNames, type Key, type Names } from './use-keys.ts';

export const route = createLazyRoute('/govern/keys')({ component: KeysPage });

const here = getRouteApi('/govern/keys');

function KeysPage() {
  const t = useTranslations('keys');
  const { key: openId, show, find } = here.useSearch();
  const navigate = here.useNavigate();
  const [making, setMaking] = useState(false);
  const listing = useKeys();
  const names = useNames(listing.items);
  const columns = useKeyColumns(listing.items, names);
  const shown = useMemo(() => choose(listing.items, { show, find }, names), [listing.items, show, find, names]);
  const open = useKey(openId, listing.items);
  const openKey = useCallback(
    (id: string | null): void =>
      void navigate({ search: ({ key: _former, ...rest }) => (id === null ? rest : { ...rest, key: id }) }),
    [navigate],
  );
  useShortcuts([{ keys: 'n', label: t('create'), run: () => setMaking(true) }]);
  const actions = (
    <>
      <SavedViews />
      <Button look="primary" icon="plus" onClick={() => setMaking(true)}>
        {t('create')}
      </Button>
    </>
  );
  const panel = openId === undefined ? null : <KeyPanel {...open} {...{ names, shown, openKey, id: openId }} />;
  return (
    <PageFrame title={t('title')} lead={t('lead')} actions={actions}>
      <Filters count={shown.length} />
      {listing.error === null ? null : <ProblemNote error={listing.error} onRetry={listing.retry} />}
      <PeekLayout panel={panel}>
        <DataTable
          fill
          label={t('title')}
          columns={columns}
          items={shown}
          idOf={(key) => key.id}
          openId={openId ?? null}
          onOpen={openKey}
          loading={listing.loading}
          hasMore={listing.hasMore}
          onMore={listing.more}
          empty={listing.error === null ? <NothingHere filtered={find !== undefined || show !== undefined} /> : null}
        />
      </PeekLayout>
      <CreateKey open={making} onClose={() => setMaking(false)} onMade={openKey} />
    </PageFrame>
  );
}

function Filters({ count }: { count: number }) {
  const t = useTranslations('keys');
  const formats = useFormats();
  const { find = '', show = 'working' } = here.useSearch();
  const navigate = here.useNavigate();
  const filter = (change: { find?: string | undefined; show?: string | undefined }): void =>
    void navigate({ replace: true, search: (former) => ({ ...former, ...change }) as KeysSearch });
  return (
    <ListFilters
      find={{ label: t('find'), value: find, onChange: (text) => filter({ find: text }) }}
      choice={{
        label: t('show'),
        value: show,
        usual: 'working',
        onChange: (value) => filter({ show: value }),
        choices: (['working', 'left', 'ended', 'all'] as const).map((value) => ({ value, label: t(`show-${value}`) })),
      }}
      count={t('count', { count, shown: formats.integer(count) })}
    />
  );
}

function NothingHere({ filtered }: { filtered: boolean }) {
  const t = useTranslations('keys');
  const navigate = here.useNavigate();
  if (!filtered)
    return (
      <EmptyState icon="key" title={t('empty')}>
        {t('empty-lead')}
      </EmptyState>
    );
  return (
    <EmptyState
      icon="filter"
      title={t('none-found')}
      action={<Button onClick={() => void navigate({ search: {} })}>{t('clear')}</Button>}
    >
      {t('none-found-lead')}
    </EmptyState>
  );
}

function choose(keys: readonly Key[], { show, find = '' }: ChosenBy, names: Names): readonly Key[] {
  const wanted = find.trim().toLowerCase();
  return keys.filter((key) => {
    if (show === 'left' && leftBehind(key) === null) return false;
    if (show !== 'all' && isOver(key) !== (show === 'ended')) return false;
    return [names.ofKey(key), key.id, key.prefix].some((text) => text.toLowerCase().includes(wanted));
  });
}

interface ChosenBy {
  show: KeysSearch['show'] | undefined;
  find: string | undefined;
}
