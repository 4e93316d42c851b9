/** The way through the conversation that is shown: questions and answers, the newest at the end. */
import { useTranslations } from 'use-intl';
import { Button } from '#ui';
import { Answer } from './answer.tsx';
import type { Entry } from './conversation.ts';
import { useFollowing } from './follow-end.ts';
import { keyOfEntry, type LiveAnswer } from './live-answers.ts';
import { Question } from './question.tsx';
import { findPair } from './tree.ts';
import { Unanswered } from './unanswered.tsx';
import type { Chat } from './use-chat.ts';

/** Turns before these are laid out only when they come into sight. */
const LAID_OUT = 4;
const LATER = '[contain-intrinsic-size:auto_12rem] [content-visibility:auto]';

export function Thread({ chat }: { chat: Chat }) {
  const t = useTranslations('chat');
  const { scroller, content, away, goToEnd } = useFollowing(chat.conversation?.session.id ?? '');
  const turns = toTurns(chat);
  return (
    <div className="relative flex min-h-40 min-w-0 flex-1 flex-col">
      <div
        ref={scroller}
        role="region"
        aria-label={t('conversation')}
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto"
      >
        <div
          ref={content}
          className={`mx-auto flex min-w-0 flex-col gap-4 p-1 pb-3 ${chat.beside === null ? 'max-w-3xl' : 'max-w-6xl'}`}
        >
          {turns.map((turn, index) => (
            <div key={turn.key} className={index < turns.length - LAID_OUT ? LATER : ''}>
              {turn.question === null ? (
                <Answers chat={chat} questionId={turn.questionId} shown={turn.shown} lives={turn.lives} />
              ) : (
                <Question chat={chat} entry={turn.question} />
              )}
            </div>
          ))}
        </div>
      </div>
      {away ? (
        <div className="absolute inset-x-0 bottom-2 flex justify-center">
          <Button icon="down" className="shadow-float" onClick={goToEnd}>
            {t('to-end')}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

interface Turn {
  key: string;
  question: Entry | null;
  questionId: string;
  shown: Entry | null;
  lives: readonly LiveAnswer[];
}

/** An answer has its place below its question, the same before and after it is kept. */
function toTurns({ path, lives }: Chat): Turn[] {
  return path.flatMap((entry, index): Turn[] => {
    const next = path[index + 1];
    if (entry.role !== 'user') return path[index - 1]?.role === 'user' ? [] : [toAnswers(entry.parent_id ?? '', entry)];
    const question = { key: entry.id, question: entry, questionId: entry.id, shown: null, lives: [] };
    const own = lives.filter(({ questionId }) => questionId === entry.id);
    return [question, toAnswers(entry.id, next?.role === 'user' ? null : (next ?? null), own)];
  });
}

function toAnswers(questionId: string, shown: Entry | null, lives: readonly LiveAnswer[] = []): Turn {
  return { key: `answers ${questionId}`, question: null, questionId, shown, lives };
}

type AnswersProps = { chat: Chat } & Pick<Turn, 'questionId' | 'shown' | 'lives'>;

function Answers({ chat, questionId, shown, lives }: AnswersProps) {
  const entries = findShown(chat, { questionId, shown, lives });
  const paired = entries.length + lives.length > 1;
  if (entries.length + lives.length === 0) return <Unanswered chat={chat} questionId={questionId} />;
  const models = [chat.model, chat.beside];
  const columns = [
    ...entries.map((entry) => ({ key: keyOfEntry(entry.id), model: entry.model, entry, live: null })),
    ...lives.map((live) => ({ key: live.key, model: live.model, entry: null, live })),
  ].toSorted((a, b) => models.indexOf(a.model) - models.indexOf(b.model));
  return (
    <div className={paired ? 'grid gap-3 lg:grid-cols-2' : ''}>
      {columns.map(({ key, entry, live }) => (
        <Answer
          key={key}
          chat={chat}
          questionId={questionId}
          entry={entry}
          live={live}
          paired={paired}
          chosen={entry !== null && entry.id === shown?.id}
        />
      ))}
    </div>
  );
}

/** The kept answers that stand here: one, or those of two models while two are asked. */
function findShown({ conversation, beside, model }: Chat, { questionId, shown, lives }: Omit<AnswersProps, 'chat'>) {
  const entries = conversation?.entries ?? [];
  if (shown !== null) {
    const pair = beside === null ? [shown] : findPair(entries, shown);
    return pair.filter((entry) => entry === shown || !lives.some((live) => live.model === entry.model));
  }
  if (beside === null) return [];
  const others = [model, beside].filter((name) => !lives.some((live) => live.model === name));
  const kept = others.map((name) =>
    entries.findLast((entry) => entry.parent_id === questionId && entry.model === name),
  );
  return kept.filter((entry) => entry !== undefined);
}
