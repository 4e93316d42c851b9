/** What a new conversation shows: that one may simply ask, and what an answer then comes with. */
import { useTranslations } from 'use-intl';
import { ProblemNote } from '#app';
import { Button, EmptyState } from '#ui';
import { useState } from 'react';
import type { Chat } from './use-chat.ts';

const EXAMPLES = ['example-one', 'example-two', 'example-three'] as const;

export function Welcome({ chat }: { chat: Chat }) {
  const t = useTranslations('chat');
  const [problem, setProblem] = useState<unknown>(null);
  const ask = async (text: string): Promise<void> => {
    setProblem(null);
    await chat.ask([{ type: 'text', text }], null).catch(setProblem);
  };
  return (
    <div className="flex min-h-40 flex-1 flex-col justify-center overflow-y-auto">
      <EmptyState
        icon="chat"
        title={t('welcome')}
        action={EXAMPLES.map((name) => (
          <Button
            key={name}
            className="h-auto py-1 whitespace-normal"
            disabled={chat.model === null}
            onClick={() => void ask(t(name))}
          >
            {t(name)}
          </Button>
        ))}
      >
        <p>{t(chat.model === 'reeve/hello' ? 'welcome-hello' : 'welcome-lead')}</p>
      </EmptyState>
      {problem === null ? null : <ProblemNote error={problem} />}
    </div>
  );
}
