/** What went wrong, in words that say what to do; with the request's id, which the log knows too. */
import { ERRORS } from '@reeve/contracts';
import type { ReactNode } from 'react';
import { useLocale, useTranslations } from 'use-intl';
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
      {problem === null ? <p>{t('error-unknown')}</p> : <ProblemText problem={problem} />}
      {problem?.requestId === undefined || problem.requestId === null ? null : (
        <p className="font-mono text-xs">{t('request-id', { id: problem.requestId })}</p>
      )}
    </Notice>
  );
}

/** What the code means, in the reader's language, and below it what the server says beyond that, which it does in English. */
export function ProblemText({ problem }: { problem: ApiProblem }) {
  const t = useTranslations('errors');
  const detail = detailOf(problem);
  return (
    <>
      <span className="block">{t(isKnown(problem.code) ? problem.code : 'unknown')}</span>
      {detail === null ? null : <Detail text={detail} />}
    </>
  );
}

/** The server's word on a field, as the field takes it; `null` where it named none of these. */
export function faultAt(error: unknown, ...params: readonly string[]): ReactNode {
  if (!(error instanceof ApiProblem) || !params.some((param) => error.param?.startsWith(param))) return null;
  return <FieldFault problem={error} />;
}

/** Beside its field the detail alone is enough for whoever reads English. */
function FieldFault({ problem }: { problem: ApiProblem }) {
  const detail = detailOf(problem);
  return useLocale() === 'en' && detail !== null ? <Detail text={detail} /> : <ProblemText problem={problem} />;
}

function Detail({ text }: { text: string }) {
  return (
    <span lang="en" dir="auto" className="block break-words">
      {text}
    </span>
  );
}

function isKnown(code: ApiProblem['code']): boolean {
  return code === 'unreachable' || code in ERRORS;
}

/** `null` where the server says no more than its catalogue does for this code. */
function detailOf({ code, message }: ApiProblem): string | null {
  if (code === 'unreachable' || message === '') return null;
  return code !== 'unknown' && message === ERRORS[code]?.message ? null : message;
}

function titleOf(problem: ApiProblem | null): 'error-unreachable' | 'error-session' | 'error-denied' | 'error-failed' {
  if (problem?.code === 'unreachable') return 'error-unreachable';
  if (problem?.status === 401) return 'error-session';
  if (problem?.status === 403) return 'error-denied';
  return 'error-failed';
}
