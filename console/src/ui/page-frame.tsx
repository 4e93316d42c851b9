/** The frame of a page: its heading, what it is for, what can be done here, and below it the content. */
import type { ReactNode } from 'react';

interface PageFrameProps {
  title: string;
  /** One sentence: what this page answers. */
  lead?: ReactNode;
  actions?: ReactNode;
  /** It takes the window's height at any width, scrolls inside, and its heading takes one line. */
  fill?: boolean;
  children: ReactNode;
}

export function PageFrame({ title, lead, actions, fill = false, children }: PageFrameProps) {
  return (
    <div className={`flex min-w-0 flex-col gap-3 p-4 ${fill ? 'h-full' : 'min-h-full lg:h-full'}`}>
      <title>{`${title} · Reeve`}</title>
      <header className={`flex items-start justify-between gap-x-4 gap-y-2 ${fill ? '' : 'flex-wrap'}`}>
        <div className="min-w-0">
          <h1 dir="auto" className={`text-xl font-semibold ${fill ? 'truncate' : ''}`}>
            {title}
          </h1>
          {lead === undefined ? null : <p className="text-sm text-ink-muted">{lead}</p>}
        </div>
        {actions === undefined ? null : <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="rounded-sm border border-line-strong bg-sunken px-1.5 font-mono text-xs text-ink">{children}</kbd>
  );
}
