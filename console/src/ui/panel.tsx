/** Boxes of a page: a panel with a heading, and a tile with one figure. */
import { useId, type ReactNode } from 'react';

export function Panel({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="min-w-0 rounded-md border border-line bg-surface p-3">
      <header className="mb-2 flex min-h-6 flex-wrap items-center justify-between gap-2">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {actions}
      </header>
      {children}
    </section>
  );
}

interface TileProps {
  label: string;
  value: ReactNode;
  /** Below the figure: of what, since when. */
  note?: ReactNode;
}

export function Tile({ label, value, note }: TileProps) {
  return (
    <div className="min-w-32 flex-1 rounded-md border border-line bg-surface px-3 py-2">
      <p className="text-xs text-ink-muted">{label}</p>
      <p className="text-xl font-semibold">{value}</p>
      {note === undefined ? null : <p className="text-xs text-ink-muted">{note}</p>}
    </div>
  );
}
