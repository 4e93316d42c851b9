/** The columns of the list of members. */
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { useFormats, useMe } from '#app';
import type { Column } from '#ui';
import { MemberBadge } from './member-badge.tsx';
import { RoleBadges } from './role-badges.tsx';
import type { Member } from './use-members.ts';

export function useMemberColumns(): readonly Column<Member>[] {
  const t = useTranslations('members');
  const formats = useFormats();
  const ownId = useMe().member?.id;
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('name'),
        width: 200,
        sortBy: ({ name }) => name,
        cell: ({ id, name }) => (
          <span className="font-medium">
            <span dir="auto">{name}</span>
            {id === ownId ? <span className="font-normal text-ink-muted"> {t('you')}</span> : null}
          </span>
        ),
      },
      { id: 'email', header: t('email'), sortBy: ({ email }) => email, cell: ({ email }) => email },
      { id: 'roles', header: t('roles'), width: 250, cell: ({ roles }) => <RoleBadges roles={roles} /> },
      {
        id: 'status',
        header: t('status'),
        width: 120,
        sortBy: ({ status }) => status,
        cell: ({ status }) => <MemberBadge status={status} />,
      },
      {
        id: 'seen',
        header: t('seen'),
        width: 150,
        sortBy: ({ last_seen_at: at }) => at ?? '',
        cell: ({ last_seen_at: at }) => (at === null ? t('never-seen') : <time dateTime={at}>{formats.age(at)}</time>),
      },
    ],
    [formats, ownId, t],
  );
}
