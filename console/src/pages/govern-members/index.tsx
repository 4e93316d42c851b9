import { createLazyRoute } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { PageFrame } from '#ui';

export const route = createLazyRoute('/govern/members')({ component: MembersPage });

function MembersPage() {
  const t = useTranslations('members');
  return (
    <PageFrame title={t('title')} lead={t('lead')}>
      {null}
    </PageFrame>
  );
}
