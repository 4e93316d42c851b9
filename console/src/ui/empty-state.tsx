/** What stands where nothing is yet: why it is empty, and the next step. */
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

interface EmptyStateProps {
  icon?: IconName;
  title: string;
  /** Why it is empty and what to do next. */
  children?: ReactNode;
  /** The next step as a button or a link. */
  action?: ReactNode;
}

export function EmptyState({ icon = 'info', title, children, action }: EmptyStateProps) {
  return (
    <div className="mx-auto flex max-w-xl flex-col items-center gap-2 px-4 py-10 text-center">
      <Icon name={icon} className="size-6 text-ink-muted" />
      <p className="text-lg font-semibold">{title}</p>
      {children === undefined ? null : <div className="max-w-full text-ink-muted">{children}</div>}
      {action === undefined ? null : <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
