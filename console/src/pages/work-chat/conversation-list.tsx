/** The caller's own conversations: search, open, rename, delete. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { ProblemNote, useFormats } from '#app';
import { Button, IconButton, Menu, TextField } from '#ui';
import { ConversationDialogs, type Deed } from './conversation-dialogs.tsx';
import { listQuery, type Session } from './conversation.ts';

const TYPING_MS = 300;

interface ListProps {
  openId: string | undefined;
  search: string | undefined;
  onSearch(text: string | undefined): void;
  /** `undefined`: a new one. */
  onOpen(id: string | undefined): void;
}

export function ConversationList({ openId, search, onSearch, onOpen }: ListProps) {
  const t = useTranslations('chat');
  const [deed, setDeed] = useState<Deed | null>(null);
  const list = useInfiniteQuery(listQuery(search));
  const sessions = list.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-2">
      <Button icon="plus" onClick={() => onOpen(undefined)}>
        {t('new')}
      </Button>
      <SearchField search={search} onSearch={onSearch} />
      {list.isError ? <ProblemNote error={list.error} onRetry={() => void list.refetch()} /> : null}
      <nav aria-label={t('conversations')} className="-mx-1 min-h-0 flex-1 overflow-y-auto px-1 py-0.5">
        <ul className="flex flex-col gap-px">
          {sessions.map((session) => (
            <Row
              key={session.id}
              session={session}
              open={session.id === openId}
              onOpen={() => onOpen(session.id)}
              onDeed={(kind) => setDeed({ kind, session })}
            />
          ))}
        </ul>
        {sessions.length === 0 && list.isSuccess && !list.hasNextPage ? (
          <p className="p-2 text-sm text-ink-muted">{t(search === undefined ? 'none-yet' : 'none-found')}</p>
        ) : null}
        {list.hasNextPage ? (
          <Button
            look="quiet"
            className="w-full"
            busy={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {t(search === undefined ? 'older' : 'search-further')}
          </Button>
        ) : null}
      </nav>
      <ConversationDialogs
        deed={deed}
        onClose={() => setDeed(null)}
        onDeleted={(id) => {
          if (id === openId) onOpen(undefined);
        }}
      />
    </div>
  );
}

function SearchField({ search, onSearch }: Pick<ListProps, 'search' | 'onSearch'>) {
  const t = useTranslations('chat');
  const [typed, setTyped] = useState(search ?? '');
  const timer = useRef(0);
  const type = (text: string): void => {
    setTyped(text);
    window.clearTimeout(timer.current);
    const wanted = text.trim() === '' ? undefined : text.trim();
    timer.current = window.setTimeout(() => onSearch(wanted), TYPING_MS);
  };
  return (
    <TextField
      type="search"
      hideLabel
      label={t('search')}
      placeholder={t('search')}
      value={typed}
      maxLength={200}
      onChange={(event) => type(event.target.value)}
    />
  );
}

interface RowProps {
  session: Session;
  open: boolean;
  onOpen(): void;
  onDeed(kind: Deed['kind']): void;
}

function Row({ session, open, onOpen, onDeed }: RowProps) {
  const t = useTranslations('chat');
  const { age } = useFormats();
  const title = session.title === '' ? t('untitled') : session.title;
  return (
    <li className={`flex items-center rounded-md ${open ? 'bg-accent-soft' : 'hover:bg-sunken'}`}>
      <button
        type="button"
        aria-current={open ? 'true' : undefined}
        onClick={onOpen}
        className="min-h-8 min-w-0 flex-1 rounded-md px-2 py-1 text-start"
      >
        <span dir="auto" className="block truncate text-sm font-medium">
          {title}
        </span>
        <span dir="auto" className={`block text-xs text-ink-muted ${session.match === null ? 'truncate' : ''}`}>
          {session.match === null ? age(session.updated_at) : session.match.snippet}
        </span>
      </button>
      <Menu
        trigger={<IconButton icon="more" label={t('more-of', { title })} />}
        items={[
          { id: 'rename', label: t('rename'), icon: 'edit', onSelect: () => onDeed('rename') },
          { id: 'delete', label: t('delete'), icon: 'trash', danger: true, onSelect: () => onDeed('delete') },
        ]}
      />
    </li>
  );
}
