import { createLazyRoute } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { PageFrame } from '#ui';

export const route = createLazyRoute('/govern/keys')({ component: KeysPage });

function KeysPage() {
  const t = useTranslations('keys');
  return (
    <PageFrame title={t('title')} lead={t('lead')}>
      {null}
    </PageFrame>
  );
}
