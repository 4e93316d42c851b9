/**
 * Keyboard shortcuts: one listener for the page. A shortcut is a key ('j', 'Escape', '?') or a chord of two ('g c').
 * The one that was registered last wins, so a panel's Escape comes before the page's. None fires while a person types.
 */
import { useEffect, useRef, useSyncExternalStore } from 'react';

export interface Shortcut {
  keys: string;
  /** What it does, in the reader's language; it stands in the list behind `?`. */
  label: string;
  run(): void;
  /** It also works while a person types, e.g. Escape. */
  whileTyping?: boolean;
}

const CHORD_MS = 1_000;
const registered: Shortcut[] = [];
const listeners = new Set<() => void>();
let snapshot: readonly Shortcut[] = [];
let prefix: { key: string; timer: number } | null = null;

/** Registers them while the component stands. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  const shape = shortcuts.map(({ keys, label }) => `${keys}\n${label}`).join('\n');
  useEffect(() => {
    const own = latest.current.map((shortcut, index) => ({
      ...shortcut,
      run: () => latest.current[index]?.run(),
    }));
    registered.push(...own);
    publish();
    return () => {
      for (const shortcut of own) registered.splice(registered.indexOf(shortcut), 1);
      publish();
    };
  }, [shape]);
}

/** All that work here now, for the list behind `?`; of two on the same keys the one that fires. */
export function useShortcutList(): readonly Shortcut[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => snapshot,
  );
}

/** Starts to listen; the function that it returns stops it. */
export function listenForShortcuts(): () => void {
  window.addEventListener('keydown', onKeyDown);
  return () => window.removeEventListener('keydown', onKeyDown);
}

function publish(): void {
  snapshot = [...new Map(registered.map((shortcut) => [shortcut.keys, shortcut])).values()];
  for (const listener of listeners) listener();
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
  const typing = isTyping(event.target);
  const keys = prefix === null ? event.key : `${prefix.key} ${event.key}`;
  clearPrefix();
  const found = snapshot.find((shortcut) => shortcut.keys === keys && (!typing || shortcut.whileTyping === true));
  if (found !== undefined) {
    event.preventDefault();
    found.run();
  } else if (!typing && snapshot.some((shortcut) => shortcut.keys.startsWith(`${event.key} `))) {
    prefix = { key: event.key, timer: window.setTimeout(clearPrefix, CHORD_MS) };
  }
}

function clearPrefix(): void {
  if (prefix !== null) window.clearTimeout(prefix.timer);
  prefix = null;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  // Below a dialog the page's shortcuts rest; the dialog has its own Escape.
  if (target.closest('[role="dialog"], [role="menu"]') !== null) return true;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}
