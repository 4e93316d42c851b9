/** The files that go with the question that is being written. */
import { useTranslations } from 'use-intl';
import { Icon, IconButton } from '#ui';
import type { Attachment } from './attachments.ts';

interface AttachmentListProps {
  attachments: readonly Attachment[];
  /** Names that the chosen model does not take. */
  untaken: readonly string[];
  onRemove(index: number): void;
}

export function AttachmentList({ attachments, untaken, onRemove }: AttachmentListProps) {
  const t = useTranslations('chat');
  if (attachments.length === 0) return null;
  return (
    <ul aria-label={t('attachments')} className="flex flex-wrap gap-1.5 p-1">
      {attachments.map(({ name, part }, index) => {
        const bad = untaken.includes(name);
        return (
          // Two files may have one name and the same bytes; their place tells them apart.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index} className="flex max-w-full items-center gap-1.5 rounded-md border border-line bg-sunken ps-2">
            {part.type === 'image' ? (
              <img src={part.url} alt="" className="size-6 rounded-sm object-cover" />
            ) : (
              <Icon name={bad ? 'blocked' : 'attach'} className={bad ? 'text-danger' : ''} />
            )}
            <span dir="auto" className={`min-w-0 truncate text-sm ${bad ? 'text-danger line-through' : ''}`}>
              {name}
            </span>
            <IconButton icon="close" label={t('attachment-remove', { name })} onClick={() => onRemove(index)} />
          </li>
        );
      })}
    </ul>
  );
}
