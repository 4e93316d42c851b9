/** Work → Chat: ask models; each answer has its price and its receipt. */
import { useQuery } from '@tanstack/react-query';
import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { dropAbsent, ProblemNote } from '#app';
import { Button, Dialog, EmptyState, PageFrame, PeekLayout } from '#ui';
import { Composer } from './composer.tsx';
import { ConversationList } from './conversation-list.tsx';
import { modelsQuery } from './models.ts';
import { ReceiptPeek } from './receipt-peek.tsx';
import { Thread } from './thread.tsx';
import { useChat, useConversation, type Chat } from './use-chat.ts';
import { Welcome } from './welcome.tsx';

export const route = createLazyRoute('/work/chat')({ component: ChatPage });

const page = getRouteApi('/work/chat');

function ChatPage() {
  const t = useTranslations('chat');
  const { id, receipt } = page.useSearch();
  const { data, error, refetch } = useConversation(id);
  const conversation = id === undefined ? null : (data ?? null);
  const chat = useChat(conversation);
  const [listOpen, setListOpen] = useState(false);
  const title = conversation?.session.title ?? '';
  const receipts = chat.path.flatMap(({ receipt_id: one }) => (one === null ? [] : [one]));
  const panel =
    receipt === undefined ? null : (
      <ReceiptPeek id={receipt} ids={receipts} onOpen={(next) => chat.show({ receipt: next })} />
    );
  return (
    <PageFrame
      fill
      title={title === '' ? t('title') : title}
      actions={
        <Button icon="menu" className={panel === null ? 'xl:hidden' : '2xl:hidden'} onClick={() => setListOpen(true)}>
          {t('conversations')}
        </Button>
      }
    >
      <div className="flex min-h-0 min-w-0 flex-1 gap-4">
        <div className={`hidden w-60 shrink-0 flex-col ${panel === null ? 'xl:flex' : '2xl:flex'}`}>
          <Conversations />
        </div>
        <PeekLayout panel={panel}>
          {error === null || data !== undefined ? (
            <Middle key={id ?? 'new'} chat={chat} loading={id !== undefined && conversation === null} />
          ) : (
            <ProblemNote error={error} onRetry={() => void refetch()} />
          )}
        </PeekLayout>
      </div>
      <Dialog open={listOpen} onClose={() => setListOpen(false)} title={t('conversations')}>
        <Conversations onOpened={() => setListOpen(false)} />
      </Dialog>
    </PageFrame>
  );
}

function Middle({ chat, loading }: { chat: Chat; loading: boolean }) {
  const t = useTranslations('chat');
  const { data: models, error, refetch } = useQuery(modelsQuery);
  if (loading) return <p className="text-sm text-ink-muted">{t('loading')}</p>;
  if (error !== null) return <ProblemNote error={error} onRetry={() => void refetch()} />;
  if (models?.length === 0) {
    return (
      <EmptyState icon="blocked" title={t('no-model')}>
        {t('no-model-lead')}
      </EmptyState>
    );
  }
  return (
    <>
      {chat.path.length === 0 ? <Welcome chat={chat} /> : <Thread chat={chat} />}
      <Composer chat={chat} />
      <p role="status" className="sr-only">
        {chat.busy ? t('writing') : chat.path.at(-1)?.role === 'assistant' ? t('answered') : ''}
      </p>
    </>
  );
}

function Conversations({ onOpened }: { onOpened?(): void }) {
  const { id, q } = page.useSearch();
  const navigate = page.useNavigate();
  const search = (text: string | undefined): void =>
    void navigate({ search: (before) => dropAbsent({ ...before, q: text }), replace: true });
  return (
    <ConversationList
      openId={id}
      search={q}
      onSearch={search}
      onOpen={(next) => {
        void navigate({ search: ({ q: kept, model, beside }) => dropAbsent({ q: kept, model, beside, id: next }) });
        onOpened?.();
      }}
    />
  );
}
