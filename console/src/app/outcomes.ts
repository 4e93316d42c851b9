/** How an attempt on a provider ended, in words; an outcome that has none stands as it is. */
import { useTranslations } from 'use-intl';

const KNOWN = [
  'ok',
  'connect',
  'reset',
  'timeout',
  'invalid',
  'unsupported',
  'aborted',
  'broken-stream',
  'breaker-open',
] as const;

export function useOutcomes(): (outcome: string) => string {
  const t = useTranslations('outcomes');
  return (outcome) => {
    const [, status] = /^status-(\d+)$/.exec(outcome) ?? [];
    if (status !== undefined) return t('status', { status });
    const known = KNOWN.find((one) => one === outcome);
    return known === undefined ? outcome : t(known);
  };
}
