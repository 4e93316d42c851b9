/** Where a question is written: text, files, and who is asked. What stands here is kept until it is sent. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslations } from 'use-intl';
import { ProblemNote } from '#app';
import { Button, IconButton, Notice, useShortcuts } from '#ui';
import { preloadMarkdown } from './answer-text.tsx';
import { AttachmentList } from './attachment-list.tsx';
import { findUntaken, isTooMuch, readAttachments, type Attachment, type Refusal } from './attachments.ts';
import { isConflict, type Part } from './conversation.ts';
import { useDraft } from './draft.ts';
import { ModelPicker } from './model-picker.tsx';
import { modelsQuery } from './models.ts';
import type { Chat } from './use-chat.ts';

export function Composer({ chat }: { chat: Chat }) {
  const t = useTranslations('chat');
  const draft = useQuestion(chat);
  const field = useRef<HTMLTextAreaElement>(null);
  useShortcuts([
    ...(chat.busy ? [{ keys: 'Escape', label: t('stop'), run: chat.stop, whileTyping: true }] : []),
    { keys: 'i', label: t('to-field'), run: () => field.current?.focus() },
  ]);
  useEffect(() => {
    // A keyboard that slides over the page is not called without being asked for.
    if (window.matchMedia('(pointer: fine)').matches) field.current?.focus();
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void draft.send();
  };
  return (
    <form
      aria-label={t('composer')}
      className="mx-auto flex w-full max-w-3xl flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        void draft.send();
      }}
    >
      <Obstacles draft={draft} />
      <div className="rounded-lg border border-line-strong bg-surface p-1.5 focus-within:border-accent">
        <AttachmentList attachments={draft.attachments} untaken={draft.untaken} onRemove={draft.remove} />
        <textarea
          ref={field}
          rows={2}
          dir="auto"
          aria-label={t('message')}
          placeholder={t('message-hint')}
          value={draft.text}
          onChange={(event) => {
            preloadMarkdown();
            draft.setText(event.target.value);
          }}
          onKeyDown={onKeyDown}
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            void draft.attach([...event.dataTransfer.files]);
          }}
          onPaste={(event) => {
            const files = [...event.clipboardData.files];
            if (files.length === 0) return;
            event.preventDefault();
            void draft.attach(files);
          }}
          className="field-sizing-content max-h-[40vh] w-full resize-none bg-transparent px-2 py-1 outline-none placeholder:text-ink-muted"
        />
        <Controls chat={chat} draft={draft} />
      </div>
    </form>
  );
}

function Controls({ chat, draft }: { chat: Chat; draft: Draft }) {
  const t = useTranslations('chat');
  const picker = useRef<HTMLInputElement>(null);
  const { model, beside, show } = chat;
  return (
    <div className="flex flex-wrap items-center gap-1">
      <IconButton icon="attach" label={t('attach')} onClick={() => picker.current?.click()} />
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label={t('attach')}
        onChange={(event) => {
          void draft.attach([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      <ModelPicker label={t('model')} value={model} without={beside} onPick={(one) => show({ model: one })} />
      {beside === null ? null : (
        <span className="flex min-w-0 items-center">
          <ModelPicker label={t('beside')} value={beside} without={model} onPick={(one) => show({ beside: one })} />
          <IconButton icon="close" label={t('beside-end')} onClick={() => show({ beside: undefined })} />
        </span>
      )}
      {beside === null && draft.other !== null ? (
        <IconButton
          icon="columns"
          label={t('beside-begin')}
          onClick={() => show({ beside: draft.other ?? undefined })}
        />
      ) : null}
      <span className="ms-auto flex items-center gap-1">
        {chat.busy ? (
          <Button icon="stop" onClick={chat.stop} aria-keyshortcuts="Escape">
            {t('stop')}
          </Button>
        ) : (
          <Button type="submit" look="primary" icon="send" disabled={!draft.ready}>
            {t('ask')}
          </Button>
        )}
      </span>
    </div>
  );
}

/** What stands between the question and its answer. */
function Obstacles({ draft }: { draft: Draft }) {
  const t = useTranslations('chat');
  const { problem, refused, untaken, tooMuch } = draft;
  return (
    <>
      {problem === null ? null : isConflict(problem) ? (
        <Notice tone="warn" title={t('conflict')} onDismiss={draft.dismiss}>
          {t('conflict-lead')}
        </Notice>
      ) : (
        <ProblemNote error={problem} onRetry={() => void draft.send()} />
      )}
      {refused.length === 0 ? null : (
        <Notice tone="warn" title={t('refused')} onDismiss={draft.dismiss}>
          {refused.map(({ name, why }) => (
            <p key={name}>{t(`refused-${why}`, { name })}</p>
          ))}
        </Notice>
      )}
      {untaken.length === 0 ? null : (
        <Notice tone="warn" title={t('untaken')}>
          {t('untaken-lead', { names: untaken.join(', ') })}
        </Notice>
      )}
      {tooMuch ? (
        <Notice tone="warn" title={t('too-much')}>
          {t('too-much-lead')}
        </Notice>
      ) : null}
    </>
  );
}

type Draft = ReturnType<typeof useQuestion>;

function useQuestion(chat: Chat) {
  const [text, setText] = useDraft(chat.conversation?.session.id);
  const [attachments, setAttachments] = useState<readonly Attachment[]>([]);
  const [refused, setRefused] = useState<readonly Refusal[]>([]);
  const [problem, setProblem] = useState<unknown>(null);
  const [sending, setSending] = useState(false);
  const { data: models = [], isPending } = useQuery(modelsQuery);
  const asked = [chat.model, ...(chat.beside === null ? [] : [chat.beside])];
  const untaken = findUntaken(
    attachments,
    asked.map((name) => models.find(({ id }) => id === name)),
  );
  const tooMuch = isTooMuch(attachments);
  const empty = text.trim() === '' && attachments.length === 0;
  const ready =
    !empty && !sending && !chat.busy && !tooMuch && untaken.length === 0 && (chat.model !== null || isPending);
  const dismiss = (): void => {
    setProblem(null);
    setRefused([]);
  };
  const send = async (): Promise<void> => {
    if (!ready) return;
    setSending(true);
    dismiss();
    try {
      const said: Part[] = text.trim() === '' ? [] : [{ type: 'text', text }];
      // What was sent may not come back as a draft of the conversation that it began.
      await chat.ask([...attachments.map(({ part }) => part), ...said], chat.path.at(-1)?.id ?? null, () =>
        setText(''),
      );
      setAttachments([]);
    } catch (error) {
      setProblem(error);
    } finally {
      setSending(false);
    }
  };
  return {
    text,
    setText,
    attachments,
    refused,
    problem,
    untaken,
    tooMuch,
    ready,
    dismiss,
    send,
    /** A second model that one might ask. */
    other: models.find(({ id }) => id !== chat.model)?.id ?? null,
    async attach(files: File[]) {
      const { read, refused: unread } = await readAttachments(files);
      setAttachments((before) => [...before, ...read]);
      setRefused(unread);
    },
    remove: (index: number) => setAttachments((before) => before.filter((_, at) => at !== index)),
  };
}
