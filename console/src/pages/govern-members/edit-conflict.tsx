/** Somebody else saved first: what stands now, and the choice between theirs and one's own. */
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { call } from '#api';
import { ProblemNote } from '#app';
import { Button, Details, Notice } from '#ui';
import { MemberBadge } from './member-badge.tsx';
import { RoleBadges } from './role-badges.tsx';
import type { Member } from './use-members.ts';

interface ConflictProps {
  id: string;
  onTake(newer: Member): void;
  onSaveOver(version: number): void;
}

export function EditConflict({ id, onTake, onSaveOver }: ConflictProps) {
  const t = useTranslations('members');
  const { data: newer, error } = useQuery({
    queryKey: ['members', 'newer', id],
    staleTime: 0,
    gcTime: 0,
    queryFn: ({ signal }) => call('GET /api/v1/members/{id}', { params: { id }, signal }),
  });
  if (error !== null) return <ProblemNote error={error} />;
  return (
    <div role="alert">
      <Notice tone="warn" title={t('conflict')}>
        <p>{t('conflict-lead')}</p>
        {newer === undefined ? null : (
          <div className="mt-2 flex flex-col gap-3 rounded-md bg-surface p-2.5 text-ink">
            <Details
              items={[
                { name: t('name'), value: <span dir="auto">{newer.name}</span> },
                { name: t('roles'), value: <RoleBadges roles={newer.roles} /> },
                { name: t('status'), value: <MemberBadge status={newer.status} /> },
              ]}
            />
            <div className="flex flex-wrap gap-2">
              <Button onClick={() => onTake(newer)}>{t('conflict-take')}</Button>
              <Button onClick={() => onSaveOver(newer.version)}>{t('conflict-over')}</Button>
            </div>
          </div>
        )}
      </Notice>
    </div>
  );
}
