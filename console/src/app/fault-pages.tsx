/** What stands in place of a page that is not there, or that failed. */
import { Link, type ErrorComponentProps } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { EmptyState } from '#ui';
import { ProblemNote } from './problem-note.tsx';

export function LostPage() {
  const t = useTranslations('shell');
  return (
    <EmptyState
      icon="search"
      title={t('lost')}
      action={
        <Link to="/" className="text-accent underline">
          {t('lost-home')}
        </Link>
      }
    >
      {t('lost-lead')}
    </EmptyState>
  );
}

export function FaultPage({ error, reset }: ErrorComponentProps) {
  return (
    <div className="p-4">
      <ProblemNote error={error} onRetry={reset} />
    </div>
  );
}
