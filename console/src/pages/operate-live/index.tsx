import { createLazyRoute } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { PageFrame } from '#ui';

export const route = createLazyRoute('/operate/live')({ component: LivePage });

function LivePage() {
  const t = useTranslations('live');
  return (
    <PageFrame title={t('title')} lead={t('lead')}>
      {null}
    </PageFrame>
  );
}
