/** What this browser remembers: theme, language, saved views. Never anything that a call said. */
import { useSyncExternalStore } from 'react';
import { createSignal, type Signal } from '#api';

export const LANGUAGES = [
  { tag: 'en', name: 'English' },
  { tag: 'uk', name: 'Українська' },
  { tag: 'ru', name: 'Русский' },
  { tag: 'de', name: 'Deutsch' },
] as const;
export type Language = (typeof LANGUAGES)[number]['tag'];
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const theme: Signal<Theme> = createSignal(readTheme());
export const language: Signal<Language> = createSignal(readLanguage());

export function useSignal<Value>(signal: Signal<Value>): Value {
  return useSyncExternalStore(signal.subscribe, signal.get);
}

/** Keeps both, and paints the theme; the system's own is followed while it changes. */
export function startPreferences(): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const paint = (): void => {
    const chosen = theme.get();
    const isDark = chosen === 'dark' || (chosen === 'system' && dark.matches);
    document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
    remember('theme', chosen);
  };
  const speak = (): void => {
    document.documentElement.lang = language.get();
    remember('language', language.get());
  };
  theme.subscribe(paint);
  language.subscribe(speak);
  dark.addEventListener('change', paint);
  paint();
  speak();
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`reeve.${name}`, value);
  } catch {
    // Storage may be forbidden or full: then nothing is remembered, and nothing breaks.
  }
}

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`reeve.${name}`);
  } catch {
    return null;
  }
}

function readTheme(): Theme {
  const kept = recall('theme');
  return THEMES.find((one) => one === kept) ?? 'system';
}

function readLanguage(): Language {
  const wanted = [recall('language'), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wanted.map(findLanguage).find((tag) => tag !== undefined) ?? 'en';
}

export function findLanguage(tag: string | null): Language | undefined {
  return LANGUAGES.find((known) => known.tag === tag)?.tag;
}
