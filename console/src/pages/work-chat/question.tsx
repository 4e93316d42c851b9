/** What a person asked: its text and files; it can be changed, which begins another branch. */
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { ProblemNote } from '#app';
import { Button, CopyButton, Icon, IconButton, TextArea } from '#ui';
import { PlainText } from './answer-text.tsx';
import { BranchPicker } from './branch-picker.tsx';
import type { Entry, Part } from './conversation.ts';
import { textOf } from './tree.ts';
import type { Chat } from './use-chat.ts';

export function Question({ chat, entry }: { chat: Chat; entry: Entry }) {
  const t = useTranslations('chat');
  const [editing, setEditing] = useState(false);
  const files = entry.parts.filter((part) => part.type === 'image' || part.type === 'file');
  return (
    <article className="flex min-w-0 flex-col items-end">
      <h2 className="sr-only">{t('question')}</h2>
      <div className={`min-w-0 rounded-lg bg-accent-soft px-3 py-1.5 ${editing ? 'w-full' : 'max-w-[min(90%,42rem)]'}`}>
        {files.length === 0 ? null : (
          <ul aria-label={t('attachments')} className="flex flex-wrap gap-2 py-1">
            {files.map((part, index) => (
              // Parts of a kept entry never change.
              // oxlint-disable-next-line react/no-array-index-key
              <li key={index}>
                <FileView part={part} />
              </li>
            ))}
          </ul>
        )}
        {editing ? (
          <EditForm chat={chat} entry={entry} files={files} onDone={() => setEditing(false)} />
        ) : (
          <PlainText text={textOf(entry)} />
        )}
      </div>
      {editing ? null : (
        <div className="mt-0.5 flex items-center">
          <BranchPicker chat={chat} entry={entry} label={t('questions')} />
          <CopyButton compact text={textOf(entry)} label={t('copy-question')} />
          <IconButton icon="edit" label={t('edit')} disabled={chat.busy} onClick={() => setEditing(true)} />
        </div>
      )}
    </article>
  );
}

function FileView({ part }: { part: Part }) {
  const t = useTranslations('chat');
  if (part.type === 'image') {
    return <img src={part.url} alt={t('picture')} className="max-h-48 max-w-full rounded-md border border-line" />;
  }
  if (part.type !== 'file') return null;
  return (
    <span className="inline-flex items-center gap-1.5 rounded-sm bg-surface px-2 py-0.5 text-sm">
      <Icon name="attach" />
      <span dir="auto">{part.filename}</span>
    </span>
  );
}

const focusField = (field: HTMLTextAreaElement | null): void => field?.focus();

interface EditFormProps {
  chat: Chat;
  entry: Entry;
  files: readonly Part[];
  onDone(): void;
}

function EditForm({ chat, entry, files, onDone }: EditFormProps) {
  const t = useTranslations('chat');
  const [text, setText] = useState(textOf(entry));
  const [problem, setProblem] = useState<unknown>(null);
  const send = async (): Promise<void> => {
    setProblem(null);
    try {
      await chat.ask([...files, { type: 'text', text }], entry.parent_id);
      onDone();
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <form
      className="flex flex-col gap-2 py-1"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <TextArea
        label={t('edit')}
        hideLabel
        ref={focusField}
        dir="auto"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          onDone();
        }}
        className="field-sizing-content max-h-[50vh]"
      />
      {problem === null ? null : <ProblemNote error={problem} />}
      <div className="flex flex-wrap items-center justify-end gap-2">
        <p className="flex-1 text-xs text-ink-muted">{t('edit-lead')}</p>
        <Button onClick={onDone}>{t('cancel')}</Button>
        <Button type="submit" look="primary" disabled={text.trim() === '' || chat.busy}>
          {t('ask')}
        </Button>
      </div>
    </form>
  );
}
