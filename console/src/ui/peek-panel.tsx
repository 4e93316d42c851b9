/** The peek panel: one thing in full beside the list it comes from; the list stays as it is. Escape closes it. */
import { useId, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { IconButton } from './button.tsx';
import { useShortcuts } from './shortcuts.ts';

interface PeekPanelProps {
  title: string;
  /** Beside the title: a badge, an id. */
  lead?: ReactNode;
  /** Before the buttons that walk and close. */
  actions?: ReactNode;
  onClose(): void;
  /** To the row before and after; absent at the ends. */
  onPrevious?: (() => void) | undefined;
  onNext?: (() => void) | undefined;
  children: ReactNode;
}

/** Stands beside a `DataTable` in a `PeekLayout`; on a narrow screen it lies over it. */
export function PeekPanel({ title, lead, actions, onClose, onPrevious, onNext, children }: PeekPanelProps) {
  const t = useTranslations('ui');
  const id = useId();
  useShortcuts([{ keys: 'Escape', label: t('row-close'), run: onClose }]);
  return (
    <aside
      aria-labelledby={id}
      className="fixed inset-0 z-30 flex min-h-0 flex-col bg-raised lg:static lg:inset-auto lg:z-auto lg:w-[28rem] lg:shrink-0 lg:rounded-md lg:border lg:border-line min-[90rem]:w-[34rem]"
    >
      <header className="flex items-center gap-2 border-b border-line px-3 py-2">
        <div className="min-w-0 flex-1">
          <h2 id={id} className="truncate font-semibold">
            {title}
          </h2>
          {lead}
        </div>
        {actions}
        <IconButton icon="up" label={t('row-previous')} disabled={onPrevious === undefined} onClick={onPrevious} />
        <IconButton icon="down" label={t('row-next')} disabled={onNext === undefined} onClick={onNext} />
        <IconButton icon="close" label={t('close')} onClick={onClose} />
      </header>
      <div tabIndex={0} role="group" aria-labelledby={id} className="min-h-0 flex-1 overflow-auto p-3">
        {children}
      </div>
    </aside>
  );
}

/** The list and, while something is open, its panel. */
export function PeekLayout({ panel, children }: { panel: ReactNode; children: ReactNode }) {
  return (
    <div className="flex min-h-0 min-w-0 flex-1 gap-3">
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">{children}</div>
      {panel}
    </div>
  );
}
