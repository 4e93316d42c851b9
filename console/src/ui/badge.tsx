/** A state in one word, with a sign beside the colour: colour alone says nothing to many. */
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'neutral' | 'ok' | 'warn' | 'danger' | 'info';

const TONES: Record<Tone, { look: string; icon: IconName | null }> = {
  neutral: { look: 'bg-sunken text-ink-muted', icon: null },
  ok: { look: 'bg-ok-soft text-ok', icon: 'check' },
  warn: { look: 'bg-warn-soft text-warn', icon: 'alert' },
  danger: { look: 'bg-danger-soft text-danger', icon: 'blocked' },
  info: { look: 'bg-info-soft text-info', icon: 'info' },
};

interface BadgeProps {
  tone?: Tone;
  /** In place of the tone's own sign; `null` for none. */
  icon?: IconName | null;
  children: ReactNode;
}

export function Badge({ tone = 'neutral', icon, children }: BadgeProps) {
  const { look, icon: own } = TONES[tone];
  const sign = icon === undefined ? own : icon;
  return (
    <span
      className={`inline-flex max-w-full items-center gap-1 rounded-sm align-middle px-1.5 text-xs leading-5 font-medium ${look}`}
    >
      {sign === null ? null : <Icon name={sign} className="size-3" />}
      {children}
    </span>
  );
}
