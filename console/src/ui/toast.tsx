/** A short word that something was done. What failed belongs to its place, not here. */
import { useSyncExternalStore } from 'react';

interface Toast {
  id: number;
  text: string;
}

const SHOWN_MS = 5_000;
let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

export function showToast(text: string): void {
  lastId += 1;
  const id = lastId;
  publish([...toasts, { id, text }]);
  window.setTimeout(() => publish(toasts.filter((toast) => toast.id !== id)), SHOWN_MS);
}

/** Stands once in the shell. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed right-4 bottom-4 z-50 flex flex-col gap-2"
    >
      {shown.map(({ id, text }) => (
        <p key={id} className="rounded-md border border-line bg-raised px-3 py-2 text-sm shadow-float">
          {text}
        </p>
      ))}
    </div>
  );
}

function publish(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}
