/** What must be seen on every page: Reeve is not whole, or calls take another way than they should. */
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { lastFallback, request, ApiProblem } from '#api';
import { Notice } from '#ui';
import { useSignal } from './preferences.ts';

const LOOK_EVERY_MS = 15_000;

export function Notices() {
  const t = useTranslations('shell');
  const fallback = useSignal(lastFallback);
  const { data: trouble = null } = useQuery({
    queryKey: ['readiness'],
    refetchInterval: LOOK_EVERY_MS,
    queryFn: ({ signal }) => readTrouble(signal),
  });
  if (fallback === null && trouble === null) return null;
  return (
    <div className="flex flex-col gap-2 p-3 pb-0">
      {trouble === null ? null : (
        <Notice tone="warn" title={t(trouble === 'unreachable' ? 'error-unreachable' : 'not-ready')}>
          {t(trouble === 'unreachable' ? 'unreachable-lead' : 'not-ready-lead')}
        </Notice>
      )}
      {fallback === null ? null : (
        <Notice tone="warn" title={t('fallback')} onDismiss={() => lastFallback.set(null)}>
          {t('fallback-lead', { candidates: fallback.from })}
        </Notice>
      )}
    </div>
  );
}

async function readTrouble(signal: AbortSignal): Promise<'unreachable' | 'not-ready' | null> {
  try {
    await request('/readyz', { method: 'GET', signal, background: true });
    return null;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    return error.code === 'unreachable' ? 'unreachable' : 'not-ready';
  }
}
