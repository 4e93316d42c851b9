/** The state of a key in one word, and what became of who made it. */
import { useTranslations } from 'use-intl';
import { Badge, type Tone } from '#ui';
import { leftBehind, stateOf, type Key, type KeyState } from './use-keys.ts';

const TONES: Record<KeyState, Tone> = { active: 'ok', ending: 'warn', expired: 'neutral', revoked: 'danger' };

export function KeyBadge({ item }: { item: Key }) {
  const t = useTranslations('keys');
  const state = stateOf(item);
  return <Badge tone={TONES[state]}>{t(`state-${state}`)}</Badge>;
}

/** Nothing where nobody has to decide. */
export function MakerBadge({ item }: { item: Key }) {
  const t = useTranslations('keys');
  const left = leftBehind(item);
  return left === null ? null : <Badge tone="warn">{t(`maker-${left}`)}</Badge>;
}
