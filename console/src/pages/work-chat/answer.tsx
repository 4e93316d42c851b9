/** One answer, while it is written and after: its text, what went wrong, what it cost, and what one can do with it. */
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { ProblemNote, useSignal } from '#app';
import { Badge, Button, CopyButton, Icon, IconButton, Notice } from '#ui';
import { AnswerFacts } from './answer-facts.tsx';
import { AnswerText } from './answer-text.tsx';
import { BranchPicker } from './branch-picker.tsx';
import type { Entry } from './conversation.ts';
import { breakOfEntry, dropAnswer, saveAgain, type LiveAnswer } from './live-answers.ts';
import { reasoningOf, textOf } from './tree.ts';
import type { Chat } from './use-chat.ts';

interface AnswerProps {
  chat: Chat;
  questionId: string;
  /** One of both; while an answer is handed over to its entry the entry wins. */
  entry: Entry | null;
  live: LiveAnswer | null;
  /** It stands beside another model's. */
  paired: boolean;
  /** The conversation goes on behind it. */
  chosen: boolean;
}

export function Answer(props: AnswerProps) {
  const { entry, live, paired, chosen } = props;
  const t = useTranslations('chat');
  const model = entry?.model ?? live?.model ?? '';
  return (
    <article className={`min-w-0 ${paired ? 'rounded-md border border-line bg-surface p-3' : ''}`}>
      <h2 className="mb-1 flex min-h-6 flex-wrap items-center gap-2 text-sm font-semibold">
        <span className="sr-only">{t('answer-of')}</span>
        {model}
        {paired && chosen ? <Badge tone="info">{t('chosen')}</Badge> : null}
      </h2>
      {entry === null && live !== null ? <LiveBody {...props} live={live} /> : null}
      {entry === null ? null : <KeptBody {...props} entry={entry} />}
    </article>
  );
}

function LiveBody({ chat, live, questionId }: AnswerProps & { live: LiveAnswer }) {
  const t = useTranslations('chat');
  const { phase, said, problem } = useSignal(live.state);
  if (phase === 'refused') {
    return <ProblemNote error={problem} onRetry={() => chat.retry(questionId, live.model)} />;
  }
  const isWritten = phase === 'waiting' || phase === 'writing';
  return (
    <>
      <Reasoning text={said.reasoning} open={said.text === '' && said.refusal === ''} />
      <AnswerText text={joinSaid(said.text, said.refusal)} />
      {isWritten ? (
        <p className="flex min-h-8 items-center gap-2 text-sm text-ink-muted">
          <span aria-hidden="true" className="size-2 animate-pulse rounded-full bg-accent" />
          {t(phase)}
        </p>
      ) : null}
      {phase === 'unsaved' ? (
        <div className="my-2 flex flex-col gap-2">
          <ProblemNote error={problem} onRetry={() => void saveAgain(live.key)} />
          <p className="flex flex-wrap items-center gap-2 text-sm">
            {t('unsaved')}
            <Button onClick={() => dropAnswer(live.key)}>{t('give-up')}</Button>
          </p>
        </div>
      ) : null}
    </>
  );
}

function KeptBody({ chat, entry, paired, chosen }: AnswerProps & { entry: Entry }) {
  const t = useTranslations('chat');
  return (
    <>
      <Reasoning text={reasoningOf(entry)} open={false} />
      <AnswerText text={textOf(entry)} />
      {entry.interrupted ? <BrokenOff chat={chat} entry={entry} /> : null}
      <footer className="-ms-2 mt-1 flex flex-wrap items-center">
        <CopyButton compact text={textOf(entry)} label={t('copy-answer')} />
        <IconButton
          icon="refresh"
          label={t('retry')}
          disabled={chat.busy}
          onClick={() => chat.retry(entry.parent_id ?? '', paired ? (entry.model ?? undefined) : undefined)}
        />
        {paired ? null : <BranchPicker chat={chat} entry={entry} label={t('answers')} />}
        {paired && !chosen ? (
          <Button look="quiet" onClick={() => chat.show({ at: entry.id })}>
            {t('go-on-here')}
          </Button>
        ) : null}
        <AnswerFacts entry={entry} onOpen={(receipt) => chat.show({ receipt })} />
      </footer>
    </>
  );
}

/** What broke off is kept, and one may have it go on. */
function BrokenOff({ chat, entry }: { chat: Chat; entry: Entry }) {
  const t = useTranslations('chat');
  const how = breakOfEntry(entry.id);
  const stopped = how?.ending === 'stopped';
  const isLast = chat.path.at(-1)?.id === entry.id;
  const goOn = (): void => void chat.ask([{ type: 'text', text: t('go-on-words') }], entry.id).catch(() => undefined);
  return (
    <div className="my-2">
      <Notice
        tone={stopped ? 'neutral' : 'warn'}
        title={t(how === null ? 'not-whole' : stopped ? 'stopped' : 'lost')}
        action={isLast && !chat.busy ? <Button onClick={goOn}>{t('go-on')}</Button> : undefined}
      >
        <p>{t('not-whole-lead')}</p>
        {how?.problem === undefined || how.problem === null ? null : <p>{how.problem.message}</p>}
      </Notice>
    </div>
  );
}

function Reasoning({ text, open }: { text: string; open: boolean }) {
  const t = useTranslations('chat');
  const [chosen, setChosen] = useState<boolean | null>(null);
  if (text === '') return null;
  const shown = chosen ?? open;
  return (
    <div className="my-1">
      <Button look="quiet" aria-expanded={shown} onClick={() => setChosen(!shown)}>
        <Icon name={shown ? 'down' : 'right'} />
        {t('reasoning')}
      </Button>
      {shown ? (
        <div className="border-s-2 border-line-strong ps-3 text-sm text-ink-muted">
          <AnswerText text={text} />
        </div>
      ) : null}
    </div>
  );
}

function joinSaid(text: string, refusal: string): string {
  return [text, refusal].filter((part) => part !== '').join('\n\n');
}
