/** What stands in place of a page that is not there, or that failed. */
import { Link, type ErrorComponentProps } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { PageFrame } from '#ui';
import { ProblemNote } from './problem-note.tsx';

export function LostPage() {
  const t = useTranslations('shell');
  return (
    <PageFrame title={t('lost')} lead={t('lost-lead')}>
      <Link to="/" className="self-start text-accent underline">
        {t('lost-home')}
      </Link>
    </PageFrame>
  );
}

export function FaultPage({ error, reset }: ErrorComponentProps) {
  return (
    <div className="p-4">
      <ProblemNote error={error} onRetry={isOutdated(error) ? () => window.location.reload() : reset} />
    </div>
  );
}

/** The server was renewed, and a part of the page has another name now. */
function isOutdated(error: unknown): boolean {
  return error instanceof TypeError && /dynamically imported|module script/i.test(error.message);
}
