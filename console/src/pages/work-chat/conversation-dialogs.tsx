/** Renames or deletes a conversation. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { ProblemNote } from '#app';
import { Button, ConfirmDialog, Dialog, Notice, showToast, TextField } from '#ui';
import { stopAnswers } from './live-answers.ts';
import { deleteConversation, isConflict, renameConversation, type Session } from './conversation.ts';

const TITLE_LENGTH_MAX = 200;

export interface Deed {
  kind: 'rename' | 'delete';
  session: Session;
}

interface DialogsProps {
  deed: Deed | null;
  onClose(): void;
  onDeleted(id: string): void;
}

export function ConversationDialogs({ deed, onClose, onDeleted }: DialogsProps) {
  if (deed === null) return null;
  const { kind, session } = deed;
  if (kind === 'rename') return <RenameDialog session={session} onClose={onClose} />;
  return <DeleteDialog session={session} onClose={onClose} onDeleted={onDeleted} />;
}

function DeleteDialog({ session, onClose, onDeleted }: Omit<DialogsProps, 'deed'> & { session: Session }) {
  const t = useTranslations('chat');
  const client = useQueryClient();
  const [problem, setProblem] = useState<unknown>(null);
  const remove = async (): Promise<void> => {
    try {
      // What is still being written would have no place any more.
      stopAnswers(session.id);
      await deleteConversation(client, session.id);
      onDeleted(session.id);
      showToast(t('deleted'));
    } catch (error) {
      setProblem(error);
      throw error;
    }
  };
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('delete-title')}
      lead={t('delete-lead', { title: session.title === '' ? t('untitled') : session.title })}
      action={t('delete')}
      onConfirm={remove}
    >
      {problem === null ? null : <ProblemNote error={problem} />}
    </ConfirmDialog>
  );
}

function RenameDialog({ session, onClose }: { session: Session; onClose(): void }) {
  const t = useTranslations('chat');
  const client = useQueryClient();
  const [title, setTitle] = useState(session.title);
  const [problem, setProblem] = useState<unknown>(null);
  const save = async (): Promise<void> => {
    try {
      await renameConversation(client, session, title.trim());
      onClose();
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <Dialog open onClose={onClose} title={t('rename')}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextField
          label={t('title-field')}
          dir="auto"
          value={title}
          maxLength={TITLE_LENGTH_MAX}
          onChange={(event) => setTitle(event.target.value)}
        />
        {problem === null ? null : isConflict(problem) ? (
          <Notice tone="warn" title={t('conflict')}>
            {t('rename-conflict')}
          </Notice>
        ) : (
          <ProblemNote error={problem} />
        )}
        <Button type="submit" look="primary" className="self-end">
          {t('save')}
        </Button>
      </form>
    </Dialog>
  );
}
