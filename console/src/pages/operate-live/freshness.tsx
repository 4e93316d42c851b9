/** How old the figures are, and the way to hold them still. */
import { useTranslations } from 'use-intl';
import { ProblemNote, useFormats } from '#app';
import { Badge, Button, IconButton, Notice, type IconName, type Tone } from '#ui';
import { judgeFreshness, useNow, type Freshness } from './use-live.ts';

const LOOKS: Record<Freshness, { tone: Tone; icon: IconName }> = {
  live: { tone: 'ok', icon: 'live' },
  paused: { tone: 'neutral', icon: 'pause' },
  stale: { tone: 'warn', icon: 'clock' },
  lost: { tone: 'danger', icon: 'alert' },
};

export interface FreshnessProps {
  paused: boolean;
  error: unknown;
  /** Unix ms of the last answer, by this machine's clock; 0 before there was one. */
  updatedAt: number;
}

interface ControlsProps extends FreshnessProps {
  onPause(paused: boolean): void;
  onRefresh(): void;
}

export function FreshnessControls({ onPause, onRefresh, ...look }: ControlsProps) {
  const t = useTranslations('live');
  const { paused } = look;
  return (
    <>
      <FreshnessBadge {...look} />
      <IconButton icon="refresh" label={t('refresh')} onClick={onRefresh} />
      <Button icon={paused ? 'play' : 'pause'} aria-pressed={paused} onClick={() => onPause(!paused)}>
        {paused ? t('resume') : t('pause')}
      </Button>
    </>
  );
}

/** Only the word is read aloud when it changes; the age would never be silent. */
function FreshnessBadge({ paused, error, updatedAt }: FreshnessProps) {
  const t = useTranslations('live');
  const formats = useFormats();
  const ageMs = Math.max(0, useNow() - updatedAt);
  const state = judgeFreshness({ paused, failed: error !== null, ageMs });
  const { tone, icon } = LOOKS[state];
  return (
    <p className="flex items-center gap-2 text-xs text-ink-muted">
      {updatedAt === 0 ? null : (
        <span>{t('updated', { age: formats.duration(Math.max(1_000, Math.floor(ageMs / 1_000) * 1_000)) })}</span>
      )}
      <span role="status">
        <Badge tone={tone} icon={icon}>
          {t(`freshness-${state}`)}
        </Badge>
      </span>
    </p>
  );
}

/** What stands above the figures while the server does not give new ones. */
export function LostNote({ error, updatedAt, onRetry }: FreshnessProps & { onRetry(): void }) {
  const t = useTranslations('live');
  const formats = useFormats();
  if (error === null) return null;
  if (updatedAt === 0) return <ProblemNote error={error} onRetry={onRetry} />;
  return (
    <Notice tone="warn" title={t('lost')} action={<Button onClick={onRetry}>{t('refresh')}</Button>}>
      {t('lost-lead', { time: formats.clock(updatedAt) })}
    </Notice>
  );
}
