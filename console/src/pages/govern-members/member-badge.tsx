/** Where a member stands, in one word. */
import { useTranslations } from 'use-intl';
import { Badge } from '#ui';
import type { Member } from './use-members.ts';

const TONES = { invited: 'info', active: 'ok', suspended: 'danger' } as const;

export function MemberBadge({ status }: Pick<Member, 'status'>) {
  const t = useTranslations('members');
  return <Badge tone={TONES[status]}>{t(`status-${status}`)}</Badge>;
}
