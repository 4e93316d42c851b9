import { createLazyRoute } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { PageFrame } from '#ui';

export const route = createLazyRoute('/work/chat')({ component: ChatPage });

function ChatPage() {
  const t = useTranslations('chat');
  return (
    <PageFrame title={t('title')} lead={t('lead')}>
      {null}
    </PageFrame>
  );
}
