/** What was given up, for a person to settle: try again, or give up for good. */
import { getRouteApi } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { call } from '#api';
import { dropAbsent, ProblemNote, readChoice, useFormats, useListing } from '#app';
import { Badge, DataTable, EmptyState, Panel, PeekLayout, SelectField, type Column } from '#ui';
import { LetterPanel, type Letter } from './letter-panel.tsx';
import { SOURCES, STATES, type LiveSearch } from './search.ts';

const api = getRouteApi('/operate/live');
const PAGE_ROWS = '100';

/** `count` is what the live figures say: the list is read anew when it changes. */
export function DeadLetters({ count }: { count: number | null }) {
  const t = useTranslations('live');
  const search = api.useSearch();
  const navigate = api.useNavigate();
  const list = useLetters(search, count);
  const letters = list.items;
  const open = letters.find(({ id }) => id === search.letter);
  const filter = (next: Filter): void => {
    void navigate({ search: ({ paused }) => ({ ...dropAbsent({ paused }), ...next }), replace: true });
  };
  const show = (id: string | null): void => {
    void navigate({ search: ({ letter: _closed, ...former }) => (id === null ? former : { ...former, letter: id }) });
  };
  const columns = useColumns(open !== undefined);
  return (
    <Panel title={t('dead-letters')} actions={count === null ? undefined : <CountBadge count={count} />}>
      <p className="mb-2 text-sm text-ink-muted">{t('dead-letters-lead')}</p>
      {list.error !== null && letters.length === 0 ? (
        <ProblemNote error={list.error} onRetry={list.retry} />
      ) : (
        <>
          <Filters {...search} onChange={filter} />
          <div className={open === undefined ? 'flex flex-col' : 'flex h-[34rem] flex-col'}>
            <PeekLayout
              panel={open === undefined ? null : <LetterPanel letter={open} letters={letters} onShow={show} />}
            >
              <DataTable
                label={t('letters-table')}
                columns={columns}
                items={letters}
                idOf={({ id }) => id}
                openId={open?.id ?? null}
                onOpen={show}
                loading={list.loading}
                hasMore={list.hasMore}
                onMore={list.more}
                fill={open !== undefined}
                empty={
                  <EmptyState icon="check" title={t('no-letters')}>
                    {t('no-letters-lead')}
                  </EmptyState>
                }
              />
            </PeekLayout>
          </div>
        </>
      )}
    </Panel>
  );
}

function CountBadge({ count }: { count: number }) {
  const t = useTranslations('live');
  return (
    <Badge tone={count === 0 ? 'ok' : 'warn'} icon={count === 0 ? 'check' : 'alert'}>
      {t('letters-open', { count })}
    </Badge>
  );
}

function useLetters({ source, state }: LiveSearch, count: number | null) {
  const client = useQueryClient();
  const list = useListing(['live', 'letters', source ?? null, state ?? null], ({ after, signal }) =>
    call('GET /api/v1/dead-letters', {
      query: dropAbsent({ limit: PAGE_ROWS, source, state, after }),
      signal,
      background: true,
    }),
  );
  useEffect(() => {
    if (count !== null) void client.invalidateQueries({ queryKey: ['live', 'letters'] });
  }, [client, count]);
  return list;
}

type Filter = Pick<LiveSearch, 'source' | 'state'>;

function Filters({ source, state, onChange }: Filter & { onChange(next: Filter): void }) {
  const t = useTranslations('live');
  return (
    <div className="mb-2 flex flex-wrap gap-2">
      <SelectField
        label={t('source')}
        hideLabel
        value={source ?? ''}
        choices={[
          { value: '', label: t('source-all') },
          ...SOURCES.map((value) => ({ value, label: t(`source-${value}`) })),
        ]}
        onChange={({ target }) => onChange(dropAbsent({ source: readChoice(target.value, SOURCES), state }))}
      />
      <SelectField
        label={t('state')}
        hideLabel
        value={state ?? 'open'}
        choices={STATES.map((value) => ({ value, label: t(`state-${value}`) }))}
        onChange={({ target }) => onChange(dropAbsent({ source, state: readChoice(target.value, STATES) }))}
      />
    </div>
  );
}

/** Beside the open one there is room for what names them. */
function useColumns(narrow: boolean): readonly Column<Letter>[] {
  const t = useTranslations('live');
  const formats = useFormats();
  return useMemo(
    () => [
      { id: 'name', header: t('what-failed'), width: 180, cell: ({ name }) => name },
      { id: 'source', header: t('source'), width: 110, hidden: narrow, cell: ({ source }) => t(`source-${source}`) },
      { id: 'reason', header: t('reason'), width: 260, cell: ({ reason }) => <span title={reason}>{reason}</span> },
      {
        id: 'attempts',
        header: t('tries'),
        width: 80,
        hidden: narrow,
        align: 'end',
        cell: ({ attempts }) => (attempts === null ? '–' : formats.integer(attempts)),
      },
      { id: 'when', header: t('given-up'), width: 140, hidden: narrow, cell: ({ created_at: at }) => formats.age(at) },
    ],
    [t, formats, narrow],
  );
}
