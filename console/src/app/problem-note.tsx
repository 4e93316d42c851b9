/** What went wrong, in words that say what to do; with the request's id, which the log knows too. */
import { useTranslations } from 'use-intl';
import { ApiProblem } from '#api';
import { Button, Notice } from '#ui';

export function ProblemNote({ error, onRetry }: { error: unknown; onRetry?(): void }) {
  const t = useTranslations('shell');
  const problem = error instanceof ApiProblem ? error : null;
  return (
    <Notice
      tone="danger"
      title={t(titleOf(problem))}
      action={onRetry === undefined ? undefined : <Button onClick={onRetry}>{t('retry')}</Button>}
    >
      {problem === null ? <p>{t('error-unknown')}</p> : <p>{problem.message}</p>}
      {problem?.requestId === undefined || problem.requestId === null ? null : (
        <p className="font-mono text-xs">{t('request-id', { id: problem.requestId })}</p>
      )}
    </Notice>
  );
}

function titleOf(problem: ApiProblem | null): 'error-unreachable' | 'error-session' | 'error-denied' | 'error-failed' {
  if (problem?.code === 'unreachable') return 'error-unreachable';
  if (problem?.status === 401) return 'error-session';
  if (problem?.status === 403) return 'error-denied';
  return 'error-failed';
}
