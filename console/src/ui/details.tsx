/** Names and values, in the peek panel and wherever a thing is told in full. */
import type { ReactNode } from 'react';

export interface Detail {
  name: string;
  value: ReactNode;
}

export function Details({ items }: { items: readonly Detail[] }) {
  return (
    <dl className="grid grid-cols-[minmax(8.5rem,auto)_1fr] gap-x-4 gap-y-1 text-sm">
      {items.map(({ name, value }) => (
        <div key={name} className="contents">
          <dt className="text-ink-muted">{name}</dt>
          <dd className="min-w-0">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A titled part of a panel or a page. */
export function Section({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="mb-4 min-w-0">
      <header className="mb-1.5 flex min-h-6 items-center justify-between gap-2">
        <h3 className="text-sm font-semibold">{title}</h3>
        {action}
      </header>
      {children}
    </section>
  );
}
