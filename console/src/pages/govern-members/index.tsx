/** Govern → Members: the people of the tenant and what they may do. */
import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { ProblemNote, SavedViews, useFormats } from '#app';
import { Button, DataTable, EmptyState, ListFilters, PageFrame, PeekLayout, useShortcuts } from '#ui';
import { InviteMember } from './invite-member.tsx';
import { useMemberColumns } from './member-columns.tsx';
import { MemberPanel } from './member-panel.tsx';
import type { MembersSearch } from './search.ts';
import { useMember, useMembers, type Member } from './use-members.ts';

export const route = createLazyRoute('/govern/members')({ component: MembersPage });

const here = getRouteApi('/govern/members');

function MembersPage() {
  const t = useTranslations('members');
  const { member: openId, status, find } = here.useSearch();
  const navigate = here.useNavigate();
  const [inviting, setInviting] = useState(false);
  const listing = useMembers();
  const columns = useMemberColumns();
  const shown = useMemo(() => choose(listing.items, { status, find }), [listing.items, status, find]);
  const open = useMember(openId, listing.items);
  const openMember = useCallback(
    (id: string | null): void =>
      void navigate({ search: ({ member: _former, ...rest }) => (id === null ? rest : { ...rest, member: id }) }),
    [navigate],
  );
  useShortcuts([{ keys: 'n', label: t('invite'), run: () => setInviting(true) }]);
  const actions = (
    <>
      <SavedViews />
      <Button look="primary" icon="plus" onClick={() => setInviting(true)}>
        {t('invite')}
      </Button>
    </>
  );
  const panel =
    openId === undefined ? null : <MemberPanel key={openId} {...open} {...{ shown, openMember, id: openId }} />;
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
          idOf={(member) => member.id}
          openId={openId ?? null}
          onOpen={openMember}
          loading={listing.loading}
          hasMore={listing.hasMore}
          onMore={listing.more}
          empty={listing.error === null ? <NobodyHere filtered={find !== undefined || status !== undefined} /> : null}
        />
      </PeekLayout>
      <InviteMember open={inviting} onClose={() => setInviting(false)} onInvited={openMember} />
    </PageFrame>
  );
}

function Filters({ count }: { count: number }) {
  const t = useTranslations('members');
  const formats = useFormats();
  const { find = '', status = 'all' } = here.useSearch();
  const navigate = here.useNavigate();
  const filter = (change: { find?: string | undefined; status?: string | undefined }): void =>
    void navigate({ replace: true, search: (former) => ({ ...former, ...change }) as MembersSearch });
  return (
    <ListFilters
      find={{ label: t('find'), value: find, onChange: (text) => filter({ find: text }) }}
      choice={{
        label: t('status'),
        value: status,
        usual: 'all',
        onChange: (value) => filter({ status: value }),
        choices: (['all', 'invited', 'active', 'suspended'] as const).map((value) => ({
          value,
          label: t(`status-${value}`),
        })),
      }}
      count={t('count', { count, shown: formats.integer(count) })}
    />
  );
}

function NobodyHere({ filtered }: { filtered: boolean }) {
  const t = useTranslations('members');
  const navigate = here.useNavigate();
  if (!filtered)
    return (
      <EmptyState icon="members" title={t('empty')}>
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

function choose(members: readonly Member[], { status, find = '' }: ChosenBy): readonly Member[] {
  const wanted = find.trim().toLowerCase();
  return members.filter(
    (member) =>
      (status === undefined || member.status === status) &&
      [member.name, member.email].some((text) => text.toLowerCase().includes(wanted)),
  );
}

interface ChosenBy {
  status: MembersSearch['status'] | undefined;
  find: string | undefined;
}
