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
  /** The tile is one of a few that may be chosen. */
  pressed?: boolean;
  onPress?(): void;
}

const TILE = 'min-w-32 flex-1 rounded-md border bg-surface px-3 py-2 text-start';

export function Tile({ label, value, note, pressed = false, onPress }: TileProps) {
  const content = (
    <>
      <span className="block text-xs text-ink-muted">{label}</span>
      <span className="block text-lg font-semibold sm:text-xl">{value}</span>
      {note === undefined ? null : <span className="block text-xs text-ink-muted">{note}</span>}
    </>
  );
  if (onPress === undefined) return <div className={`${TILE} border-line`}>{content}</div>;
  return (
    <button
      type="button"
      aria-pressed={pressed}
      onClick={onPress}
      className={`${TILE} ${pressed ? 'border-accent shadow-[inset_0_-2px_0] shadow-accent' : 'border-line hover:border-line-strong'}`}
    >
      {content}
    </button>
  );
}
