/** ‹ 2/3 ›: the entries that stand in the same place. */
import { useTranslations } from 'use-intl';
import { IconButton } from '#ui';
import type { Entry } from './conversation.ts';
import { findSiblings } from './tree.ts';
import type { Chat } from './use-chat.ts';

export function BranchPicker({ chat, entry, label }: { chat: Chat; entry: Entry; label: string }) {
  const t = useTranslations('chat');
  const siblings = findSiblings(chat.conversation?.entries ?? [], entry);
  if (siblings.length < 2) return null;
  const at = siblings.findIndex(({ id }) => id === entry.id);
  const show = (id: string | undefined): void => chat.show({ at: id });
  return (
    <span role="group" aria-label={label} className="inline-flex items-center">
      <IconButton
        icon="left"
        label={t('branch-previous')}
        disabled={at === 0}
        onClick={() => show(siblings[at - 1]?.id)}
      />
      <span className="text-sm text-ink-muted">
        {at + 1}/{siblings.length}
      </span>
      <IconButton
        icon="right"
        label={t('branch-next')}
        disabled={at === siblings.length - 1}
        onClick={() => show(siblings[at + 1]?.id)}
      />
    </span>
  );
}
