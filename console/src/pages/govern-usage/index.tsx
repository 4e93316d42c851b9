import { createLazyRoute } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { PageFrame } from '#ui';

export const route = createLazyRoute('/govern/usage')({ component: UsagePage });

function UsagePage() {
  const t = useTranslations('usage');
  return (
    <PageFrame title={t('title')} lead={t('lead')}>
      {null}
    </PageFrame>
  );
}
