/** The state of a key in one word. */
import { useTranslations } from 'use-intl';
import { Badge, type Tone } from '#ui';
import { stateOf, type Key, type KeyState } from './use-keys.ts';

const TONES: Record<KeyState, Tone> = { active: 'ok', ending: 'warn', expired: 'neutral', revoked: 'danger' };

export function KeyBadge({ item }: { item: Key }) {
  const t = useTranslations('keys');
  const state = stateOf(item);
  return <Badge tone={TONES[state]}>{t(`state-${state}`)}</Badge>;
}
