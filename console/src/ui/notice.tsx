/** A sentence that must be seen: what happened, what it means, what to do. */
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { IconButton } from './button.tsx';
import type { Tone } from './badge.tsx';
import { Icon, type IconName } from './icon.tsx';

const LOOKS: Record<Tone, { look: string; icon: IconName }> = {
  neutral: { look: 'bg-sunken text-ink border-line', icon: 'info' },
  ok: { look: 'bg-ok-soft text-ok border-ok', icon: 'check' },
  warn: { look: 'bg-warn-soft text-warn border-warn', icon: 'alert' },
  danger: { look: 'bg-danger-soft text-danger border-danger', icon: 'blocked' },
  info: { look: 'bg-info-soft text-info border-info', icon: 'info' },
};

interface NoticeProps {
  tone?: Tone;
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
  onDismiss?(): void;
}

export function Notice({ tone = 'info', title, children, action, onDismiss }: NoticeProps) {
  const t = useTranslations('ui');
  const { look, icon } = LOOKS[tone];
  return (
    <div
      role={tone === 'danger' ? 'alert' : 'status'}
      className={`flex items-start gap-2 rounded-md border-l-4 px-3 py-2 text-sm ${look}`}
    >
      <Icon name={icon} className="mt-0.5" />
      <div className="min-w-0 flex-1">
        {title === undefined ? null : <p className="font-semibold">{title}</p>}
        {children}
      </div>
      {action}
      {onDismiss === undefined ? null : <IconButton icon="close" label={t('dismiss')} onClick={onDismiss} />}
    </div>
  );
}
