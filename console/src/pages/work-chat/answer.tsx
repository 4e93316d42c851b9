/** One answer, while it is written and after: its text, what went wrong, what it cost, and what one can do with it. */
import { useState, useSyncExternalStore } from 'react';
import { useTranslations } from 'use-intl';
import { ProblemNote, ProblemText } from '#app';
import { Badge, Button, CopyButton, Icon, IconButton, Notice } from '#ui';
import { AnswerFacts } from './answer-facts.tsx';
import { AnswerText } from './answer-text.tsx';
import { BranchPicker } from './branch-picker.tsx';
import type { Entry } from './conversation.ts';
import { breakOfEntry, dropAnswer, saveAgain, type LiveAnswer, type LiveState } from './live-answers.ts';
import { ReceiptButton } from './receipt-button.tsx';
import { reasoningOf, textOf } from './tree.ts';
import type { Chat } from './use-chat.ts';

interface AnswerProps {
  chat: Chat;
  questionId: string;
  /** One of both. */
  entry: Entry | null;
  live: LiveAnswer | null;
  /** It stands beside another model's. */
  paired: boolean;
  /** The conversation goes on behind it. */
  chosen: boolean;
}

export function Answer(props: AnswerProps) {
  const { chat, entry, live, paired, chosen } = props;
  const t = useTranslations('chat');
  const state = useLiveState(live);
  const { text, reasoning } = readSaid(entry, state);
  return (
    <article className={`min-w-0 ${paired ? 'rounded-md border border-line bg-surface p-3' : ''}`}>
      <h2 className="mb-1 flex min-h-6 flex-wrap items-center gap-2 text-sm font-semibold">
        <span className="sr-only">{t('answer-of')}</span>
        {entry?.model ?? live?.model}
        {paired && chosen ? <Badge tone="info">{t('chosen')}</Badge> : null}
      </h2>
      <Reasoning text={reasoning} open={text === ''} />
      <AnswerText text={text} />
      {live !== null && state !== null ? <LiveFoot chat={chat} live={live} state={state} /> : null}
      {entry === null ? null : <KeptFoot {...props} entry={entry} text={text} />}
    </article>
  );
}

const subscribeToNone = () => () => undefined;

function useLiveState(live: LiveAnswer | null): LiveState | null {
  return useSyncExternalStore(live?.state.subscribe ?? subscribeToNone, () => live?.state.get() ?? null);
}

/** What stands below an answer that is not kept yet: that it is written, or why not. */
function LiveFoot({ chat, live, state }: { chat: Chat; live: LiveAnswer; state: LiveState }) {
  const t = useTranslations('chat');
  const { phase, problem, receiptId } = state;
  if (phase === 'refused') {
    return (
      <div className="my-2 flex flex-col items-start gap-1 [&>:first-child]:self-stretch">
        <ProblemNote error={problem} onRetry={() => chat.retry(live.questionId, live.model)} />
        <ReceiptButton id={receiptId} onOpen={(receipt) => chat.show({ receipt })} />
      </div>
    );
  }
  if (phase === 'unsaved') {
    return (
      <div className="my-2 flex flex-col gap-2">
        <ProblemNote error={problem} onRetry={() => void saveAgain(live.key)} />
        <p className="flex flex-wrap items-center gap-2 text-sm">
          {t('unsaved')}
          <Button onClick={() => dropAnswer(live.key)}>{t('give-up')}</Button>
        </p>
      </div>
    );
  }
  return (
    <p className="flex min-h-8 items-center gap-2 text-sm text-ink-muted">
      <span aria-hidden="true" className="size-2 animate-pulse rounded-full bg-accent" />
      {t(phase === 'waiting' ? 'waiting' : 'writing')}
    </p>
  );
}

function KeptFoot({ chat, entry, text, paired, chosen }: AnswerProps & { entry: Entry; text: string }) {
  const t = useTranslations('chat');
  return (
    <>
      {entry.interrupted ? <BrokenOff chat={chat} entry={entry} /> : null}
      <footer className="-ms-2 mt-1 flex flex-wrap items-center">
        <CopyButton compact text={text} label={t('copy-answer')} />
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
        <ReceiptButton id={entry.receipt_id} onOpen={(receipt) => chat.show({ receipt })} />
        <AnswerFacts entry={entry} />
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
  const [problem, setProblem] = useState<unknown>(null);
  const goOn = (): void => {
    setProblem(null);
    void chat.ask([{ type: 'text', text: t('go-on-words') }], entry.id).catch(setProblem);
  };
  return (
    <div className="my-2 flex flex-col gap-2">
      <Notice
        tone={stopped ? 'neutral' : 'warn'}
        title={t(stopped ? 'stopped' : how?.problem === null ? 'lost' : 'not-whole')}
        action={isLast && !chat.busy ? <Button onClick={goOn}>{t('go-on')}</Button> : undefined}
      >
        <p>{t('not-whole-lead')}</p>
        {how?.problem === undefined || how.problem === null ? null : <ProblemText problem={how.problem} />}
      </Notice>
      {problem === null ? null : <ProblemNote error={problem} />}
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

/** The same text before and after the answer is kept, so that nothing is laid out anew. */
function readSaid(entry: Entry | null, state: LiveState | null): { text: string; reasoning: string } {
  if (entry !== null) return { text: textOf(entry), reasoning: reasoningOf(entry) };
  if (state === null) return { text: '', reasoning: '' };
  const { text, refusal, reasoning } = state.said;
  return { text: [text, refusal].filter((part) => part !== '').join('\n\n'), reasoning };
}
