/** How each provider does, and what its breakers hold back. */
import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { serverNow } from '#api';
import { useFormats, useOutcomes } from '#app';
import { Badge, EmptyState, Icon, Panel, type IconName, type Tone } from '#ui';
import { useNow, type LiveReport } from './use-live.ts';

type Provider = NonNullable<LiveReport['providers']>[number];
type Breaker = Provider['breakers'][number];
type Failure = NonNullable<Provider['last_failure']>;

const LOOKS: Record<Provider['state'], { tone: Tone; icon: IconName }> = {
  idle: { tone: 'neutral', icon: 'clock' },
  up: { tone: 'ok', icon: 'check' },
  degraded: { tone: 'warn', icon: 'alert' },
  down: { tone: 'danger', icon: 'alert' },
  'half-open': { tone: 'warn', icon: 'clock' },
  open: { tone: 'danger', icon: 'blocked' },
};

export function ProviderCards({ providers }: { providers: readonly Provider[] }) {
  const t = useTranslations('live');
  return (
    <Panel title={t('providers')} actions={<p className="text-xs text-ink-muted">{t('last-five-minutes')}</p>}>
      {providers.length === 0 ? (
        <EmptyState icon="settings" title={t('no-providers')}>
          {t('no-providers-lead')}
        </EmptyState>
      ) : (
        <ul className="grid gap-2 sm:grid-cols-2 xl:grid-cols-3">
          {providers.map((provider) => (
            <ProviderCard key={provider.name} provider={provider} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function ProviderCard({ provider }: { provider: Provider }) {
  const t = useTranslations('live');
  const formats = useFormats();
  const { name, adapter, state, attempts, failures, last_failure: lastFailure, breakers } = provider;
  const { tone, icon } = LOOKS[state];
  return (
    <li aria-label={name} className="flex min-w-0 flex-col gap-1.5 rounded-md border border-line bg-canvas p-3 text-sm">
      <div className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          <Link
            to="/operate/settings"
            search={{ provider: name }}
            className="inline-block min-h-6 font-semibold underline-offset-2 hover:underline"
          >
            {name}
          </Link>
          <p className="text-xs text-ink-muted">{adapter}</p>
        </div>
        <Badge tone={tone} icon={icon}>
          {t(`provider-${state}`)}
        </Badge>
      </div>
      {attempts === null ? null : (
        <p className="text-ink-muted">
          {t('attempts', { attempts: formats.integer(attempts), failures: formats.integer(failures ?? 0) })}
        </p>
      )}
      {lastFailure === null ? null : <LastFailure failure={lastFailure} />}
      {breakers.length === 0 ? null : (
        <ul className="flex flex-col gap-1.5 border-t border-line pt-1.5">
          {breakers.map((breaker) => (
            <BreakerLine key={breaker.model_id} breaker={breaker} />
          ))}
        </ul>
      )}
    </li>
  );
}

function BreakerLine({ breaker }: { breaker: Breaker }) {
  const t = useTranslations('live');
  const formats = useFormats();
  const { model_id: model, state, open_since: openSince, reason } = breaker;
  return (
    <li className="flex gap-2">
      <Icon name={state === 'open' ? 'blocked' : 'clock'} className="mt-0.5 text-danger" />
      <div className="min-w-0">
        <p>
          <span className="font-medium">{model}</span> {t(`breaker-${state}`)}
        </p>
        <p className="text-xs text-ink-muted">
          {reason === null ? null : t(`reason-${reason}`)}{' '}
          {openSince === null ? null : t('open-since', { time: formats.clock(openSince) })} <NextTrial {...breaker} />
        </p>
      </div>
    </li>
  );
}

/** Counts down by itself, between two answers of the server. */
function NextTrial({ next_trial_at: at }: Breaker) {
  const t = useTranslations('live');
  const formats = useFormats();
  useNow();
  if (at === null) return null;
  const seconds = Math.ceil((Date.parse(at) - serverNow()) / 1_000);
  return seconds > 0 ? t('next-trial', { time: formats.duration(seconds * 1_000) }) : t('next-trial-now');
}

/** What the last failed attempt met. */
function LastFailure({ failure }: { failure: Failure }) {
  const t = useTranslations('live');
  const formats = useFormats();
  const what = useOutcomes()(failure.outcome);
  return <p className="text-ink-muted">{t('last-failure', { what, time: formats.clock(failure.at) })}</p>;
}
